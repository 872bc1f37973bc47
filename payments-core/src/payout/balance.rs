//! The balance from which payouts are made.

use serde::Serialize;

use crate::{Timestamp, money::Money, raw::Raw};

/// The balance from which payouts are made, and the time at which it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Balance {
    /// The amount available.
    pub amount: Money,
    /// The time at which the balance had this amount.
    pub at: Timestamp,
    /// The gateway's response, unchanged.
    #[serde(skip)]
    pub raw: Raw,
}

impl Balance {
    /// Creates a balance of `amount` at the time `at`.
    pub fn new(amount: Money, at: Timestamp) -> Self {
        Self { amount, at, raw: Raw::default() }
    }

    /// Sets the gateway's response.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }
}
