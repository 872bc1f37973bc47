//! Why a payout did not succeed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    DeclineReason,
    printable::{self, printable as shown},
};

/// Why a payout that the provider had accepted failed or came back.
///
/// The instruction itself was accepted: a refusal of the instruction is a
/// [`Decline`](crate::Decline).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PayoutFailure {
    /// Why, as far as we understand it.
    pub reason: DeclineReason,
    /// The provider's own code, as it was sent if that can be printed.
    pub code: Option<String>,
    /// The provider's own words.
    pub message: Option<String>,
}

impl PayoutFailure {
    /// A failure for this reason; [`DeclineReason::Other`] where the provider gives none that is
    /// understood.
    pub fn new(reason: DeclineReason) -> Self {
        Self { reason, code: None, message: None }
    }

    /// Keeps the provider's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(printable::words(code));
        self
    }

    /// Keeps the provider's own words.
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
