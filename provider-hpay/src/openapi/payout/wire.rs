//! Data about payouts and names, with the field names of the newer OpenAPI.

use provider_kit::wire::Number;
use serde::Deserialize;

use crate::{envelope::Literal, payout::wire as reference};

/// Data of an accepted payout.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedPayout {
    pub(super) request_id: Literal,
    pub(super) merchant_id: Option<Literal>,
    pub(super) bank_name: Option<Literal>,
    pub(super) bank_account_number: Literal,
    pub(super) bank_account_name: Option<Literal>,
    pub(super) amount: Number,
    pub(super) transaction_id: Option<Literal>,
}

/// Data of a refused payout: none, unless HPay booked it nevertheless.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefusedPayout {
    pub(super) cashout_id: Option<Literal>,
    pub(super) transaction_id: Option<Literal>,
}

/// One row of a payout inquiry. The names of the statuses are a guess based on those of the
/// reference's API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PayoutRow {
    request_id: Literal,
    merchant_id: Option<Literal>,
    transaction_id: Option<Literal>,
    transaction_time: Option<Literal>,
    amount: Number,
    bank_account_number: Literal,
    /// For information only: no value of this field makes a row unreadable.
    bank_account_name: Option<serde_json::Value>,
    transaction_status: Option<Literal>,
    cashout_status: Option<Literal>,
    refund_status: Option<Literal>,
}

/// Data of a name check.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Name {
    bank_account_number: Literal,
    bank_name: Option<Literal>,
    bank_account_name: String,
}

impl From<PayoutRow> for reference::PayoutRow {
    fn from(row: PayoutRow) -> Self {
        let status = |given: Option<Literal>| given.unwrap_or(Literal::Text(String::new()));
        Self {
            request_id: row.request_id,
            merchant_id: row.merchant_id,
            transaction_id: row.transaction_id,
            time_tranfer: row.transaction_time,
            amount: row.amount,
            bank_account_number: row.bank_account_number,
            bank_account_name: row.bank_account_name,
            transaction_status: status(row.transaction_status),
            cashout_status: status(row.cashout_status),
            refund_status: row.refund_status,
        }
    }
}

impl From<Name> for reference::Name {
    fn from(name: Name) -> Self {
        Self {
            bank_account_number: name.bank_account_number,
            bank_name: name.bank_name,
            bank_account_name: name.bank_account_name,
        }
    }
}
