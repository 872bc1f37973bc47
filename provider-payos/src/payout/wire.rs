//! Payouts in payOS's own spelling (source: payos.vn/docs, API: payouts).

use provider_kit::wire::{Number, as_integer};
use serde::{Deserialize, Serialize};

/// The body of `POST /v1/payouts` and, without its categories, one of the `payouts` of a batch.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatePayout<'a> {
    pub(crate) reference_id: &'a str,
    #[serde(serialize_with = "as_integer")]
    pub(crate) amount: Number,
    pub(crate) description: &'a str,
    pub(crate) to_bin: &'a str,
    pub(crate) to_account_number: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) category: &'a [String],
}

/// The body of `POST /v1/payouts/batch` and of `POST /v1/payouts/estimate-credit`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateBatch<'a> {
    pub(crate) reference_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) category: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validate_destination: Option<bool>,
    pub(crate) payouts: Vec<CreatePayout<'a>>,
}

/// A payout, with one transaction or those of a batch.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payout {
    pub(crate) id: String,
    pub(crate) reference_id: String,
    #[serde(default)]
    pub(crate) transactions: Vec<PayoutTransaction>,
    pub(crate) approval_state: String,
    pub(crate) created_at: Option<String>,
}

/// One transfer of a payout.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PayoutTransaction {
    pub(crate) reference_id: String,
    pub(crate) amount: Number,
    pub(crate) to_bin: String,
    pub(crate) to_account_number: String,
    pub(crate) to_account_name: Option<String>,
    pub(crate) transaction_datetime: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) state: String,
}

/// A page of `GET /v1/payouts`.
#[derive(Deserialize)]
pub(crate) struct PayoutList {
    pub(crate) payouts: Vec<Payout>,
    pub(crate) pagination: Pagination,
}

/// The position of a page in the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    pub(crate) has_more: bool,
}

/// `data` of `GET /v1/payouts-account/balance`.
#[derive(Deserialize)]
pub(crate) struct Balance {
    pub(crate) currency: String,
    /// The balance, a number as text.
    pub(crate) balance: Number,
}

/// `data` of `POST /v1/payouts/estimate-credit`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EstimatedCredit {
    pub(crate) estimate_credit: u64,
}
