//! What HPay's answers mean. Pure and total: the only place where codes and statuses are read.

mod account;
mod code;
mod credit;
mod key;
mod literal;
mod misread;
mod notice;
mod openapi_credit;
mod order;
mod payout;
mod token;
mod verdict;
mod wrong_code;

#[cfg(test)]
mod tests;

use payments_core::money::Currency;

/// Whose answers are read, and what the prices in them are in.
#[derive(Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) merchant_id: &'a str,
    pub(crate) currency: Currency,
}

pub(crate) use account::{
    is_same_account, opened as opened_account, renamed as renamed_account,
    switched as switched_account,
};
pub(crate) use code::{Code, is_success};
pub(crate) use credit::{CreditNotice, credit_notice, credits};
pub(crate) use key::inquired as inquired_key;
pub(crate) use misread::Misread;
pub(crate) use notice::{PaymentNotice, payment_notice};
pub(crate) use openapi_credit::openapi_credit;
pub(crate) use order::order;
pub(crate) use payout::{
    balance, created as created_payout, name, payouts, refused as refused_payout,
};
pub(crate) use token::{revoked, saved_cards};
pub(crate) use wrong_code::{asked_by, instructed_by};
