//! Payouts, beneficiaries and the balance on the wire.

use payments_core::{
    PayoutRef, Timestamp,
    bank::{AccountNumber, Bin},
    money::Money,
};
use serde::{Deserialize, Serialize};

/// `POST /v1/payouts`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SendMoney {
    pub(crate) payout: PayoutRef,
    pub(crate) amount: Money,
    pub(crate) bank: Bin,
    pub(crate) account: AccountNumber,
    pub(crate) name: String,
    pub(crate) note: Option<String>,
}

/// A payout in the gateway's form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payout {
    pub(crate) id: String,
    pub(crate) payout: PayoutRef,
    pub(crate) status: String,
    pub(crate) amount: Money,
    pub(crate) bank: Bin,
    pub(crate) account: AccountNumber,
    /// The holder's name as given by the merchant.
    #[serde(default)]
    pub(crate) holder: Option<String>,
    /// The reason why the payout failed or was returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Failure>,
    pub(crate) at: Timestamp,
}

/// The reason why a payout failed or was returned: `account_closed`, `returned` or `not_approved`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// `GET /v1/payouts/{payout}`: the payout, and those that were paid later under its reference,
/// which exist only at a gateway that pays again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FoundPayout {
    #[serde(flatten)]
    pub(crate) payout: Payout,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) again: Vec<Payout>,
}

/// The holder of a bank account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) bank: Bin,
    pub(crate) account: AccountNumber,
    pub(crate) name: String,
}

/// The balance that can be paid out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Balance {
    pub(crate) amount: Money,
    pub(crate) at: Timestamp,
}
