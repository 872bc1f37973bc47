//! The next actions of a buyer.

use payments_core::{
    money::{Currency, Money},
    payment::PaymentMethod,
};
use vietqr::VietQr;

use super::ledger::OwnAccount;
use crate::wire::{Next, OpenPayment};

/// The page, number and account that the gateway gave an order, for its next actions.
pub(super) struct Given<'a> {
    /// The page of the order.
    pub(super) page: String,
    pub(super) code: &'a str,
    /// Its own account number, if it has one.
    pub(super) number: Option<&'a str>,
    /// The merchant's account in the currency of the order.
    pub(super) own: &'a OwnAccount,
}

/// Returns the next actions for a method, chosen so that every kind occurs: a transfer or else the
/// page, a form for internet banking, and the page for the other methods.
pub(super) fn next_steps(asked: &OpenPayment, given: Given<'_>) -> Vec<Next> {
    let own = given.own;
    match asked.method {
        Some(PaymentMethod::BankTransfer) => vec![
            transfer(own, own.number.as_str(), asked.amount, Some(given.code)),
            Next::Redirect { url: given.page },
        ],
        Some(PaymentMethod::VirtualAccount) => {
            vec![transfer(own, given.number.unwrap_or(own.number.as_str()), asked.amount, None)]
        }
        Some(PaymentMethod::InternetBanking) => vec![Next::Form {
            action: given.page,
            fields: vec![
                ("order".to_owned(), asked.order.to_string()),
                ("amount".to_owned(), asked.amount.to_decimal().to_string()),
                ("description".to_owned(), asked.description.clone()),
            ],
        }],
        _ => vec![Next::Redirect { url: given.page }],
    }
}

/// Returns the QR code of a transfer. `None` for amounts that VietQR cannot express, such as
/// dollars.
pub(super) fn vietqr(
    own: &OwnAccount,
    number: &str,
    amount: Option<Money>,
    memo: Option<&str>,
) -> Option<String> {
    if own.balance.currency() != Currency::VND {
        return None;
    }
    let mut code = VietQr::to_account(own.bank.as_str(), number).ok()?;
    if let Some(amount) = amount {
        code = code.with_amount(amount.minor()).ok()?;
    }
    if let Some(memo) = memo {
        code = code.with_purpose(memo).ok()?;
    }
    Some(code.payload())
}

fn transfer(own: &OwnAccount, number: &str, amount: Money, memo: Option<&str>) -> Next {
    Next::Transfer {
        bank: own.bank,
        number: number.to_owned(),
        holder: own.holder.clone(),
        memo: memo.map(str::to_owned),
        vietqr: vietqr(own, number, Some(amount), memo),
    }
}
