//! How much there is to send.

use serde::Serialize;

use crate::{Timestamp, money::Money, raw::Raw};

/// How much there is, and as of when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Balance {
    /// How much.
    pub amount: Money,
    /// As of when.
    pub at: Timestamp,
    /// The provider's own words.
    #[serde(skip)]
    pub raw: Raw,
}

impl Balance {
    /// So much at that time.
    pub fn new(amount: Money, at: Timestamp) -> Self {
        Self { amount, at, raw: Raw::default() }
    }

    /// Keeps the provider's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }
}
