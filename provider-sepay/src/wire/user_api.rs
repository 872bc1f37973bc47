//! The User API, in what its versions have in common and in v2 (developer.sepay.vn, SePay API v2:
//! transactions, bank accounts, virtual accounts, authentication).

use payments_core::money::wire::Number;
use serde::Deserialize;

use super::Text;

/// A page of anything.
#[derive(Deserialize)]
pub(crate) struct List<T> {
    pub(crate) data: Vec<T>,
    pub(crate) meta: Option<Meta>,
}

/// One of anything.
#[derive(Deserialize)]
pub(crate) struct One<T> {
    pub(crate) data: T,
}

#[derive(Deserialize)]
pub(crate) struct Meta {
    pub(crate) pagination: Option<Pagination>,
}

#[derive(Deserialize)]
pub(crate) struct Pagination {
    pub(crate) has_more: Option<bool>,
    pub(crate) total: Option<u64>,
}

/// The body of every answer that is not a success. The order API, which documents no such body,
/// is seen to send `message`.
#[derive(Deserialize)]
pub(crate) struct Failure<'a> {
    #[serde(borrow)]
    pub(crate) message: Option<Text<'a>>,
    pub(crate) error_code: Option<Text<'a>>,
}

/// A line of the statement in either version: `amount_in` is a number in v2 and text in v1.
///
/// `gateway`, `content` and `transfer_amount` are the names of webhooks, which one sample of v1
/// has in their place.
#[derive(Deserialize)]
pub(crate) struct Transaction<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) transaction_date: Option<Text<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    /// v2.
    pub(crate) va: Option<Text<'a>>,
    /// v1.
    pub(crate) sub_account: Option<Text<'a>>,
    /// v2, and that sample.
    pub(crate) transfer_type: Option<Text<'a>>,
    pub(crate) amount_in: Option<Number>,
    pub(crate) amount_out: Option<Number>,
    pub(crate) transfer_amount: Option<Number>,
    pub(crate) accumulated: Option<Number>,
    pub(crate) transaction_content: Option<Text<'a>>,
    pub(crate) content: Option<Text<'a>>,
    pub(crate) reference_number: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
    pub(crate) bank_brand_name: Option<Text<'a>>,
    pub(crate) gateway: Option<Text<'a>>,
    pub(crate) bank_account_id: Option<Text<'a>>,
    /// v2.
    pub(crate) va_id: Option<Text<'a>>,
    /// v2.
    pub(crate) webhook_success: Option<Text<'a>>,
}

/// A bank account in either version.
#[derive(Deserialize)]
pub(crate) struct BankAccount<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) account_holder_name: Option<Text<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) accumulated: Option<Number>,
    pub(crate) last_transaction: Option<Text<'a>>,
    pub(crate) label: Option<Text<'a>>,
    /// v2.
    pub(crate) account_type: Option<Text<'a>>,
    pub(crate) active: Option<Text<'a>>,
    pub(crate) created_at: Option<Text<'a>>,
    pub(crate) bank_short_name: Option<Text<'a>>,
    pub(crate) bank_full_name: Option<Text<'a>>,
    pub(crate) bank_bin: Option<Text<'a>>,
    pub(crate) bank_code: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct VirtualAccount<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) va: Option<Text<'a>>,
    pub(crate) sub_holder_name: Option<Text<'a>>,
    pub(crate) label: Option<Text<'a>>,
    pub(crate) active: Option<Text<'a>>,
    pub(crate) official: Option<Text<'a>>,
    #[serde(rename = "static")]
    pub(crate) is_static: Option<Text<'a>>,
    pub(crate) bank_account_id: Option<Text<'a>>,
    pub(crate) created_at: Option<Text<'a>>,
    pub(crate) updated_at: Option<Text<'a>>,
}

/// Sacombank's (SePay API v2: VA prefixes).
#[derive(Deserialize)]
pub(crate) struct Prefix<'a> {
    #[serde(borrow)]
    pub(crate) va_prefix: Text<'a>,
    pub(crate) store_id: Option<Text<'a>>,
    pub(crate) store_name: Option<Text<'a>>,
    pub(crate) status: Option<Text<'a>>,
    pub(crate) created_at: Option<Text<'a>>,
}

/// Vietcombank's (SePay API v2: terminals).
#[derive(Deserialize)]
pub(crate) struct Terminal<'a> {
    #[serde(borrow)]
    pub(crate) xid: Option<Text<'a>>,
    pub(crate) tid: Text<'a>,
    pub(crate) name: Option<Text<'a>>,
    pub(crate) created_at: Option<Text<'a>>,
}
