//! The envelopes of the User API v1, whose key is another for each call (developer.sepay.vn, SePay
//! API v1: transactions, bank accounts; PyPI sepay 0.1.0).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{BankAccount, Lenient, Shown, Text, Transaction, VaOrder};

/// What every answer says of itself, and v2's refusals too. `status` is 200 in most places and `"success"` in orders.
#[derive(Deserialize)]
pub(crate) struct V1Head<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    /// Null in a success, and text, a number or anything in a failure.
    pub(crate) error: Option<&'a RawValue>,
    pub(crate) message: Option<Shown<'a>>,
    pub(crate) error_code: Option<Shown<'a>>,
    #[serde(borrow, default)]
    pub(crate) messages: Lenient<V1Messages<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct V1Messages<'a> {
    #[serde(borrow)]
    pub(crate) error: Option<Shown<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct V1Transactions<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) transactions: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct V1Transaction<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) transaction: Transaction<'a>,
}

/// A number, text with its digits, or a list of one.
#[derive(Deserialize)]
pub(crate) struct V1TransactionCount<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) count_transactions: &'a RawValue,
}

#[derive(Deserialize)]
pub(crate) struct V1BankAccounts<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) bankaccounts: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct V1BankAccount<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) bankaccount: BankAccount<'a>,
}

#[derive(Deserialize)]
pub(crate) struct V1BankAccountCount<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) count_bankaccounts: &'a RawValue,
}

/// `{status: "success", data: {orders: […]}}`.
#[derive(Deserialize)]
pub(crate) struct V1Orders<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: V1OrderList<'a>,
}

#[derive(Deserialize)]
pub(crate) struct V1OrderList<'a> {
    #[serde(borrow)]
    pub(crate) orders: Vec<&'a RawValue>,
}

/// `{status: "success", data: {…}}`.
#[derive(Deserialize)]
pub(crate) struct V1Order<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: VaOrder<'a>,
}
