//! The ledger: every movement of money.

use serde::{Deserialize, Serialize};

/// A movement of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Booking {
    /// What moved.
    pub kind: BookingKind,
    /// Đồng, above zero.
    pub amount: i64,
    /// The orderCode of the link, or the referenceId of the payout.
    pub reference: String,
    /// The bank of the beneficiary, of a payout.
    pub bank: Option<String>,
    /// The account where the money arrived.
    pub account: String,
    /// The time, in seconds since the Unix epoch.
    pub at: i64,
}

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BookingKind {
    /// A buyer paid a link.
    LinkPayment,
    /// A payout reached its beneficiary.
    Payout,
    /// A payout came back.
    PayoutReturn,
}
