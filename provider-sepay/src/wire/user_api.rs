//! The User API v2 (developer.sepay.vn, SePay API v2: transactions, bank accounts,
//! authentication).

use payments_core::money::wire::Number;
use serde::Deserialize;

use super::Text;

/// A page of anything.
#[derive(Deserialize)]
pub(crate) struct List<T> {
    pub(crate) data: Vec<T>,
    pub(crate) meta: Option<Meta>,
}

#[derive(Deserialize)]
pub(crate) struct Meta {
    pub(crate) pagination: Option<Pagination>,
}

#[derive(Deserialize)]
pub(crate) struct Pagination {
    pub(crate) has_more: Option<bool>,
}

/// The body of every answer that is not a success. The order API, which documents no such body,
/// is seen to send `message`.
#[derive(Deserialize)]
pub(crate) struct Failure<'a> {
    #[serde(borrow)]
    pub(crate) message: Option<Text<'a>>,
    pub(crate) error_code: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Transaction<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) transaction_date: Option<Text<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) va: Option<Text<'a>>,
    pub(crate) transfer_type: Text<'a>,
    pub(crate) amount_in: Option<Number>,
    pub(crate) amount_out: Option<Number>,
    pub(crate) accumulated: Option<Number>,
    pub(crate) transaction_content: Option<Text<'a>>,
    pub(crate) reference_number: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
    pub(crate) bank_account_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct BankAccount<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    pub(crate) account_holder_name: Option<Text<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) accumulated: Option<Number>,
    pub(crate) last_transaction: Option<Text<'a>>,
    pub(crate) label: Option<Text<'a>>,
    pub(crate) bank_bin: Option<Text<'a>>,
}
