//! The reason why a payout failed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    DeclineReason,
    printable::{self, printable as shown},
};

/// The reason why a payout that the gateway had accepted failed or was reversed.
///
/// A refusal of the instruction itself is a [`Decline`](crate::Decline) instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PayoutFailure {
    /// The reason, in the terms of this crate.
    pub reason: DeclineReason,
    /// The gateway's own code. Characters that cannot be printed are escaped.
    pub code: Option<String>,
    /// The gateway's own message.
    pub message: Option<String>,
}

impl PayoutFailure {
    /// Creates a failure for this reason. Use [`DeclineReason::Other`] if the provider gives no
    /// reason or one that cannot be mapped.
    pub fn new(reason: DeclineReason) -> Self {
        Self { reason, code: None, message: None }
    }

    /// Sets the gateway's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(printable::words(code));
        self
    }

    /// Sets the gateway's own message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(printable::words(message));
        self
    }
}

impl fmt::Display for PayoutFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.reason)?;
        if let Some(code) = &self.code {
            write!(f, " with code {}", shown(code))?;
        }
        match &self.message {
            Some(message) => write!(f, ": {}", shown(message)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_gateway_are_kept_and_cannot_break_a_log() {
        let failure = PayoutFailure::new(DeclineReason::Beneficiary)
            .with_code("E-17")
            .with_message("account\nclosed");
        assert!(!failure.to_string().contains('\n'), "{failure}");
        assert!(
            failure.to_string().starts_with("Beneficiary with code E-17: account"),
            "{failure}"
        );
    }
}
