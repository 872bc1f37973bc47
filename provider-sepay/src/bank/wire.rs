//! The User API with SePay's field names: the types that its versions share, those of v2, and the
//! envelopes of v1, whose key differs for each call (source: developer.sepay.vn, SePay API v2:
//! transactions, bank accounts, virtual accounts, authentication; SePay API v1: transactions, bank
//! accounts; PyPI sepay 0.1.0).

use provider_kit::wire::Number;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::field::{Count, Deferred, Flag, Lenient, Shown, Text};

/// A page of rows. Each row is read separately, so that a malformed row does not hide the others.
#[derive(Deserialize)]
pub(crate) struct List<'a> {
    #[serde(borrow)]
    pub(crate) data: Vec<&'a RawValue>,
    #[serde(default)]
    pub(crate) meta: Lenient<Meta>,
}

/// A single object.
#[derive(Deserialize)]
pub(crate) struct One<T> {
    pub(crate) data: T,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Meta {
    #[serde(default)]
    pub(crate) pagination: Lenient<Pagination>,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Pagination {
    #[serde(default)]
    pub(crate) has_more: Lenient<Flag>,
    #[serde(default)]
    pub(crate) total: Lenient<Count>,
}

/// A line of the statement in either version. `amount_in` is a number in v2 and a text in v1.
///
/// `gateway`, `content` and `transfer_amount` are the names used in webhooks, which one sample of
/// v1 has instead of the usual ones.
#[derive(Deserialize)]
pub(crate) struct Transaction<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) transaction_date: Option<Shown<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    /// Only in v2.
    pub(crate) va: Option<Text<'a>>,
    /// Only in v1.
    pub(crate) sub_account: Option<Text<'a>>,
    /// In v2, and in that sample of v1.
    pub(crate) transfer_type: Option<Text<'a>>,
    pub(crate) amount_in: Option<Deferred<'a, Number>>,
    pub(crate) amount_out: Option<Deferred<'a, Number>>,
    pub(crate) transfer_amount: Option<Deferred<'a, Number>>,
    #[serde(default)]
    pub(crate) accumulated: Lenient<Number>,
    pub(crate) transaction_content: Option<Shown<'a>>,
    pub(crate) content: Option<Shown<'a>>,
    pub(crate) reference_number: Option<Shown<'a>>,
    pub(crate) code: Option<Shown<'a>>,
    pub(crate) bank_brand_name: Option<Shown<'a>>,
    pub(crate) gateway: Option<Shown<'a>>,
    pub(crate) bank_account_id: Option<Text<'a>>,
    /// Only in v2.
    pub(crate) va_id: Option<Shown<'a>>,
    /// Only in v2.
    #[serde(default)]
    pub(crate) webhook_success: Lenient<Count>,
}

/// The fields that identify a line of the statement, in the same spellings. They are read even if
/// the rest of the line cannot be.
#[derive(Default, Deserialize)]
pub(crate) struct TransactionHead<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Shown<'a>>,
    pub(crate) transaction_date: Option<Shown<'a>>,
    pub(crate) bank_account_id: Option<Shown<'a>>,
    pub(crate) code: Option<Shown<'a>>,
    pub(crate) va: Option<Shown<'a>>,
    pub(crate) sub_account: Option<Shown<'a>>,
    pub(crate) transaction_content: Option<Shown<'a>>,
    pub(crate) content: Option<Shown<'a>>,
}

/// A bank account in either version.
#[derive(Deserialize)]
pub(crate) struct BankAccount<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) account_holder_name: Option<Shown<'a>>,
    pub(crate) account_number: Option<Shown<'a>>,
    #[serde(default)]
    pub(crate) accumulated: Lenient<Number>,
    pub(crate) last_transaction: Option<Shown<'a>>,
    pub(crate) label: Option<Shown<'a>>,
    /// Only in v2.
    pub(crate) account_type: Option<Shown<'a>>,
    #[serde(default)]
    pub(crate) active: Lenient<Flag>,
    pub(crate) created_at: Option<Shown<'a>>,
    pub(crate) bank_short_name: Option<Shown<'a>>,
    pub(crate) bank_full_name: Option<Shown<'a>>,
    pub(crate) bank_bin: Option<Shown<'a>>,
    pub(crate) bank_code: Option<Shown<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct VirtualAccount<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) va: Option<Text<'a>>,
    pub(crate) sub_holder_name: Option<Shown<'a>>,
    pub(crate) label: Option<Shown<'a>>,
    #[serde(default)]
    pub(crate) active: Lenient<Flag>,
    #[serde(default)]
    pub(crate) official: Lenient<Flag>,
    #[serde(rename = "static")]
    #[serde(default)]
    pub(crate) is_static: Lenient<Flag>,
    pub(crate) bank_account_id: Option<Shown<'a>>,
    pub(crate) created_at: Option<Shown<'a>>,
    pub(crate) updated_at: Option<Shown<'a>>,
}

/// A prefix of Sacombank (source: SePay API v2: VA prefixes).
#[derive(Deserialize)]
pub(crate) struct Prefix<'a> {
    #[serde(borrow)]
    pub(crate) va_prefix: Text<'a>,
    pub(crate) store_id: Option<Shown<'a>>,
    pub(crate) store_name: Option<Shown<'a>>,
    pub(crate) status: Option<Shown<'a>>,
    pub(crate) created_at: Option<Shown<'a>>,
}

/// A terminal of Vietcombank (source: SePay API v2: terminals).
#[derive(Deserialize)]
pub(crate) struct Terminal<'a> {
    #[serde(borrow)]
    pub(crate) xid: Option<Shown<'a>>,
    pub(crate) tid: Text<'a>,
    pub(crate) name: Option<Shown<'a>>,
    pub(crate) created_at: Option<Shown<'a>>,
}

/// The fields that every response of v1 has, and refusals of v2 as well. `status` is 200 in most
/// places and `"success"` in orders.
#[derive(Deserialize)]
pub(crate) struct V1Head<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    /// Null in a success; a text, a number or any other value in a failure.
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

/// A number, a text with its digits, or a list with one of them.
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
