//! The outcome of an instruction: accepted, declined or uncertain.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{json, printable};

/// The outcome of an instruction that may have been sent.
///
/// This enum is exhaustive on purpose, so that a caller handles all three variants. An uncertain
/// payout has neither failed nor succeeded: find it by an inquiry and never send it a second time.
///
/// ```
/// use payments_core::{Submission, payout::Payout};
///
/// fn book(submission: Submission<Payout>) -> &'static str {
///     match submission {
///         Submission::Accepted(_) => "sent",
///         Submission::Declined(decline) if decline.is_duplicate() => {
///             "an earlier one has this reference: ask with find_payout, it may be paid"
///         }
///         Submission::Declined(decline) if decline.is_confirmed() => "refused: choose another way",
///         Submission::Declined(_) => "refused, they say: ask before choosing another way",
///         Submission::Uncertain(_) => "ask with find_payout; never send it again",
///     }
/// }
/// # let _ = book;
/// ```
#[doc(alias("response", "result", "outcome"))]
#[derive(Clone, Debug)]
#[must_use = "an instruction may have moved money: handle all three outcomes"]
pub enum Submission<T> {
    /// The provider accepted the instruction.
    Accepted(T),
    /// The provider refused the instruction.
    Declined(Decline),
    /// The instruction may or may not have been carried out. Inquire; do not send it a second time.
    Uncertain(Uncertain),
}

/// A refusal by the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decline {
    /// The reason, in the terms of this crate.
    pub reason: DeclineReason,
    confirmed: bool,
    /// The gateway's own code. Characters that cannot be printed are escaped.
    pub code: Option<String>,
    /// The gateway's own message, or a message of the provider crate. `None` if there is neither.
    pub message: Option<String>,
}

/// The reason why a provider refused an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeclineReason {
    /// The merchant's balance is too low.
    InsufficientFunds,
    /// The beneficiary's account cannot receive the payout.
    Beneficiary,
    /// The amount is below or above the gateway's limits.
    Limit,
    /// The gateway does not accept the merchant's credentials or the signature of the request.
    Authentication,
    /// The merchant's account does not have the permission.
    Permission,
    /// The gateway finds the request invalid.
    InvalidRequest,
    /// The reference was used before. The gateway refuses only the second instruction: the first
    /// instruction may have been carried out. Such a refusal is never
    /// [confirmed](Decline::is_confirmed).
    Duplicate,
    /// The state of the order, payout or account does not allow the instruction.
    State,
    /// Another reason; see the code and the message. A stored reason that this version does not
    /// know is also read as `Other`.
    #[serde(other)]
    Other,
}

/// An instruction whose outcome is not known.
///
/// Its serialised form does not include the [source](Self::source).
#[doc(alias("unknown", "indeterminate", "pending"))]
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uncertain {
    /// The cause of the uncertainty.
    pub cause: UncertainCause,
    /// The gateway's own code. Characters that cannot be printed are escaped.
    pub code: Option<String>,
    /// What happened, in one line.
    pub message: String,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// Whether a person should look at the outcome, because the response contradicts the
    /// instruction.
    pub needs_attention: bool,
    #[serde(skip)]
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The cause of an uncertain outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UncertainCause {
    /// The connection ended before the whole response arrived.
    ConnectionLost,
    /// The response did not arrive in time.
    TimedOut,
    /// The response is not as the gateway documents it for this operation.
    UnreadableAnswer,
    /// The response's signature is missing or wrong, or it cannot be checked and the configuration
    /// demands one that is checked.
    BadSignature,
    /// The response is about another amount, account or reference than the instruction.
    Mismatch,
    /// The gateway reports that it does not know the outcome yet.
    ProviderUndecided,
    /// The response has a code or a status that the gateway does not document. A stored cause that
    /// this version does not know is also read as `UnknownCode`.
    #[serde(other)]
    UnknownCode,
}

impl Decline {
    /// Creates a refusal that is not confirmed.
    pub fn new(reason: DeclineReason) -> Self {
        Self { reason, confirmed: false, code: None, message: None }
    }

    /// Marks the refusal as signed by the gateway or confirmed by an inquiry. It has no effect on a
    /// [duplicate](DeclineReason::Duplicate).
    #[must_use]
    pub fn confirmed(mut self) -> Self {
        self.confirmed = true;
        self
    }

    /// Returns whether it is certain that nothing was carried out under this reference, because the
    /// refusal was signed or an inquiry confirmed it. Only then is it safe to pay by another
    /// provider or method. It is always `false` for a [duplicate](DeclineReason::Duplicate).
    pub fn is_confirmed(&self) -> bool {
        self.confirmed && !self.is_duplicate()
    }

    /// Returns whether the provider refused because the reference was used before. The earlier
    /// instruction may have been carried out, so inquire before you pay by another provider or
    /// method.
    pub fn is_duplicate(&self) -> bool {
        self.reason == DeclineReason::Duplicate
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

impl Uncertain {
    /// Creates an uncertain outcome. `message` describes what happened, in one line.
    pub fn new(cause: UncertainCause, message: impl Into<String>) -> Self {
        Self {
            cause,
            code: None,
            message: printable::message(message.into()).into_owned(),
            status: None,
            needs_attention: false,
            source: None,
        }
    }

    /// Sets the gateway's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(printable::words(code));
        self
    }

    /// Sets the HTTP status of the response.
    #[must_use]
    pub fn with_status(mut self, status: http::StatusCode) -> Self {
        self.status = Some(status.as_u16());
        self
    }

    /// Marks the outcome for review by a person.
    #[must_use]
    pub fn needing_attention(mut self) -> Self {
        self.needs_attention = true;
        self
    }

    /// Sets the underlying error. A JSON error is reduced to its position, because its text quotes
    /// the input.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(json::without_content(Box::new(source)).into());
        self
    }

    /// Returns the underlying error, if there is one.
    pub fn source(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }
}

impl fmt::Display for Decline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let certainty = if self.is_confirmed() { "" } else { ", unconfirmed" };
        write!(f, "declined ({:?}{certainty})", self.reason)?;
        if let Some(code) = &self.code {
            write!(f, " with code {}", printable(code))?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {}", printable(message))?;
        }
        Ok(())
    }
}

impl fmt::Display for Uncertain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = printable(&self.message);
        write!(f, "uncertain: {message}; ask the provider, do not send it again")
    }
}

/// An instruction that was not accepted: declined or uncertain.
///
/// It is deliberately not an error and cannot be converted into one, so that `?` cannot turn an
/// uncertain payout into an ordinary failure.
#[derive(Clone, Debug)]
#[must_use]
pub enum NotAccepted {
    /// The provider refused the instruction.
    Declined(Decline),
    /// The instruction may or may not have been carried out.
    Uncertain(Uncertain),
}

impl<T> Submission<T> {
    /// Returns the accepted value, or the reason why there is none.
    ///
    /// ```compile_fail
    /// # use payments_core::{Error, PayoutProvider, payout::{CreatePayout, Payout}};
    /// async fn pay(provider: &dyn PayoutProvider, request: &CreatePayout) -> Result<Payout, Error> {
    ///     // An uncertain payout cannot be thrown away with `?`.
    ///     Ok(provider.create_payout(request).await?.accepted()?)
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns [`NotAccepted`] if the instruction was declined or is uncertain. It does not
    /// implement `Error`: match it.
    pub fn accepted(self) -> Result<T, NotAccepted> {
        match self {
            Self::Accepted(answer) => Ok(answer),
            Self::Declined(decline) => Err(NotAccepted::Declined(decline)),
            Self::Uncertain(uncertain) => Err(NotAccepted::Uncertain(uncertain)),
        }
    }

    /// Converts the accepted value.
    pub fn map<U>(self, answer: impl FnOnce(T) -> U) -> Submission<U> {
        match self {
            Self::Accepted(accepted) => Submission::Accepted(answer(accepted)),
            Self::Declined(decline) => Submission::Declined(decline),
            Self::Uncertain(uncertain) => Submission::Uncertain(uncertain),
        }
    }

    /// Returns whether the outcome is uncertain.
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Self::Uncertain(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_outside_add_no_line_to_a_log() {
        let mut decline = Decline::new(DeclineReason::Other).with_code("7\n").with_message("a\rb");
        assert_eq!(
            decline.to_string(),
            "declined (Other, unconfirmed) with code 7\\u{a}: a\\u{d}b"
        );
        decline.message = Some("set later\nFATAL".to_owned());
        assert!(!decline.to_string().contains('\n'), "{decline}");
        let cause = serde_json::from_str::<u64>("\"NGUYEN VAN A\"").unwrap_err();
        let uncertain = Uncertain::new(UncertainCause::UnreadableAnswer, "a\u{85}b")
            .with_code("\u{202e}7")
            .with_source(cause);
        assert!(uncertain.to_string().contains("a\\u{85}b"), "{uncertain}");
        assert!(!format!("{uncertain:?}").contains("NGUYEN"), "{uncertain:?}");
        assert!(!uncertain.source().unwrap().to_string().contains("NGUYEN"));
    }

    #[test]
    fn what_became_of_an_instruction_can_be_stored() {
        let decline = Decline::new(DeclineReason::Limit).with_code("4").confirmed();
        let stored = serde_json::to_string(&decline).unwrap();
        assert_eq!(serde_json::from_str::<Decline>(&stored).unwrap(), decline, "{stored}");
        let other = stored.replace("limit", "phase_of_the_moon");
        let read: Decline = serde_json::from_str(&other).unwrap();
        assert_eq!(read.reason, DeclineReason::Other, "{other}");
        let uncertain = Uncertain::new(UncertainCause::TimedOut, "no answer").needing_attention();
        let stored = serde_json::to_string(&uncertain).unwrap();
        let read: Uncertain = serde_json::from_str(&stored).unwrap();
        assert_eq!(
            (read.cause, read.needs_attention),
            (UncertainCause::TimedOut, true),
            "{stored}"
        );
    }

    #[test]
    fn a_decline_that_says_used_before_is_never_confirmed() {
        let duplicate = Decline::new(DeclineReason::Duplicate).confirmed();
        assert!(duplicate.is_duplicate() && !duplicate.is_confirmed(), "{duplicate}");
        let mut turned = Decline::new(DeclineReason::State).confirmed();
        assert!(turned.is_confirmed(), "{turned}");
        turned.reason = DeclineReason::Duplicate;
        assert!(!turned.is_confirmed(), "{turned}");
        assert_eq!(duplicate.to_string(), "declined (Duplicate, unconfirmed)");
    }
}
