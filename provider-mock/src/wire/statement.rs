//! The merchant's bank accounts and their movements on the wire.

use payments_core::{
    AccountId, OrderRef, Timestamp,
    bank::{AccountNumber, Bin},
    money::Money,
    payment::PaymentCode,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The merchant's bank accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Accounts {
    pub(crate) accounts: Vec<OwnAccount>,
}

/// One of the merchant's bank accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OwnAccount {
    pub(crate) id: AccountId,
    pub(crate) bank: Bin,
    pub(crate) number: AccountNumber,
    pub(crate) holder: String,
    pub(crate) label: String,
    pub(crate) balance: Money,
    pub(crate) at: Timestamp,
}

/// A page of the statement, oldest entry first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Movement>,
    /// The `after` of the next request. `None` on the last page.
    pub(crate) next: Option<String>,
    pub(crate) more: bool,
}

/// A page as the provider reads it. Each entry is read separately, so that a malformed entry does
/// not hide the others.
#[derive(Debug, Deserialize)]
pub(crate) struct ReadPage {
    pub(crate) entries: Vec<Box<RawValue>>,
    pub(crate) next: Option<String>,
    pub(crate) more: bool,
}

/// One movement of money on one of the merchant's accounts. It is the same on every route.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) id: String,
    pub(crate) direction: Way,
    /// The amount, positive in both directions.
    pub(crate) amount: Money,
    /// The merchant's account.
    pub(crate) own_account: AccountId,
    /// The number of the merchant's account.
    pub(crate) account: AccountNumber,
    pub(crate) virtual_account: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) bank_reference: String,
    pub(crate) memo: Option<String>,
    /// The payment code that the gateway found in the memo.
    pub(crate) code: Option<PaymentCode>,
    pub(crate) order: Option<OrderRef>,
    /// The balance of the merchant's account afterwards.
    pub(crate) balance: Money,
}

/// The direction of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    In,
    Out,
}
