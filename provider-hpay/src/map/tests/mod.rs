//! Every documented code and status, and what it means here.

mod accounts;
mod codes;
mod notices;
mod orders;
mod payouts;
mod tokens;

use payments_core::money::Currency;

use super::Account;

const OURS: Account<'static> = Account { merchant_id: "12345", currency: Currency::VND };
