//! The short code in a transfer's memo by which a credit finds its payment.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{Error, Result};

/// A payment code: the letters `A–Z` and digits, which banks leave unchanged.
///
/// The rules that make the codes of orders, and find codes in memos, are in `provider-kit`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PaymentCode(String);

impl PaymentCode {
    /// Creates a code from its text.
    ///
    /// # Errors
    /// `InvalidRequest` if it is empty or holds anything but `A–Z` and `0–9`.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return Err(Error::invalid("code", "a payment code is made of A–Z and 0–9"));
        }
        Ok(Self(text))
    }

    /// Returns the code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PaymentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PaymentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for PaymentCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
