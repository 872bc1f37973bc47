//! Responses about payouts and names, with HPay's own field names.

use provider_kit::wire::Number;
use serde::{Deserialize, de::IgnoredAny};

use crate::envelope::Literal;

/// `data` of an accepted payout.
#[derive(Deserialize)]
pub(crate) struct CreatedPayout {
    #[serde(rename = "requestId")]
    pub(crate) request_id: Literal,
    #[serde(rename = "bankAccountNumber")]
    pub(crate) bank_account_number: Literal,
    #[serde(rename = "omiTransactionId")]
    pub(crate) omi_transaction_id: Option<Literal>,
    /// The signature is checked over the whole response. The field is declared so that a response
    /// that has it twice is refused.
    #[serde(rename = "secureChain")]
    _secure_chain: Option<IgnoredAny>,
}

/// `data` of a refused payout: an empty list, unless HPay booked it nevertheless.
#[derive(Deserialize)]
pub(crate) struct RefusedPayout {
    #[serde(rename = "omiCashoutId")]
    pub(crate) omi_cashout_id: Option<Literal>,
    #[serde(rename = "omiTransactionId")]
    pub(crate) omi_transaction_id: Option<Literal>,
}

/// One row of a payout inquiry, in HPay's spelling.
#[derive(Deserialize)]
pub(crate) struct PayoutRow {
    pub(crate) request_id: Literal,
    pub(crate) merchant_id: Option<Literal>,
    pub(crate) transaction_id: Option<Literal>,
    pub(crate) time_tranfer: Option<Literal>,
    pub(crate) amount: Number,
    #[serde(rename = "bankAccount_number")]
    pub(crate) bank_account_number: Literal,
    /// For information only: no value of this field makes a row unreadable.
    #[serde(rename = "bankAccount_name")]
    pub(crate) bank_account_name: Option<serde_json::Value>,
    pub(crate) transaction_status: Literal,
    pub(crate) cashout_status: Literal,
    pub(crate) refund_status: Option<Literal>,
}

/// `data` of a name check.
#[derive(Deserialize)]
pub(crate) struct Name {
    pub(crate) bank_account_number: Literal,
    pub(crate) bank_name: Option<Literal>,
    pub(crate) bank_account_name: String,
}
