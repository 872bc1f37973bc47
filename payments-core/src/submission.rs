//! The answer to an instruction: accepted, declined or uncertain.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{json, printable};

/// What became of an instruction that may have left us.
///
/// Exhaustive on purpose: a caller writes all three arms. An uncertain payout is neither failed
/// nor done; it is found by inquiry and never sent again.
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
    /// The provider has it.
    Accepted(T),
    /// The provider refused it.
    Declined(Decline),
    /// It may or may not have been carried out. Ask; do not send it again.
    Uncertain(Uncertain),
}

/// A refusal, in the provider's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decline {
    /// Why, as far as we understand it.
    pub reason: DeclineReason,
    confirmed: bool,
    /// The provider's own code, as it was sent if that can be printed.
    pub code: Option<String>,
    /// The provider's own words, or ours where it has none.
    pub message: Option<String>,
}

/// Why a provider refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeclineReason {
    /// Our balance is too low.
    InsufficientFunds,
    /// The beneficiary's account cannot receive this.
    Beneficiary,
    /// The amount is below or above what the provider takes.
    Limit,
    /// The provider does not accept our credentials or our signature.
    Authentication,
    /// Our account may not do this.
    Permission,
    /// The provider finds the request wrong.
    InvalidRequest,
    /// The reference was used before. It refuses the repetition and says nothing against the
    /// first instruction, which may have been carried out: such a refusal is never
    /// [confirmed](Decline::is_confirmed).
    Duplicate,
    /// The state at the provider does not allow this.
    State,
    /// Something else; see the code and the message. A stored reason that this version does not
    /// know is read as this one.
    #[serde(other)]
    Other,
}

/// An instruction whose outcome is not known.
///
/// Its serialised form leaves the [source](Self::source) out.
#[doc(alias("unknown", "indeterminate", "pending"))]
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uncertain {
    /// What makes it uncertain.
    pub cause: UncertainCause,
    /// The provider's own code, as it was sent if that can be printed.
    pub code: Option<String>,
    /// What happened, in one line.
    pub message: String,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// True if a person should look: the answer contradicts what we sent.
    pub needs_attention: bool,
    #[serde(skip)]
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What makes an outcome uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UncertainCause {
    /// The connection ended before a whole answer arrived.
    ConnectionLost,
    /// No answer in time.
    TimedOut,
    /// The answer is not the provider's documented answer for this operation.
    UnreadableAnswer,
    /// The answer's signature is missing or wrong, or nobody can check it and the configuration
    /// asks for one that is checked.
    BadSignature,
    /// The answer speaks of another amount, account or reference than we sent.
    Mismatch,
    /// The provider itself says that it does not know yet.
    ProviderUndecided,
    /// A code or a status that the provider documents nowhere. A stored cause that this version
    /// does not know is read as this one.
    #[serde(other)]
    UnknownCode,
}

impl Decline {
    /// A refusal that nobody has confirmed yet.
    pub fn new(reason: DeclineReason) -> Self {
        Self { reason, confirmed: false, code: None, message: None }
    }

    /// Marks it as signed by the provider, or agreed by an inquiry. It has no effect on a
    /// [duplicate](DeclineReason::Duplicate).
    #[must_use]
    pub fn confirmed(mut self) -> Self {
        self.confirmed = true;
        self
    }

    /// Whether nothing was carried out under this reference, for certain: the refusal was signed,
    /// or an inquiry agreed. Only then is it safe to try another way. False if the words could
    /// have been forged or mistaken, and always for a [duplicate](DeclineReason::Duplicate).
    pub fn is_confirmed(&self) -> bool {
        self.confirmed && !self.is_duplicate()
    }

    /// Whether the reference was used before: an earlier instruction may have been carried out
    /// under it. Ask for it; do not choose another way before.
    pub fn is_duplicate(&self) -> bool {
        self.reason == DeclineReason::Duplicate
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

impl Uncertain {
    /// An uncertain outcome; `message` says what happened, in one line.
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

    /// Keeps the provider's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(printable::words(code));
        self
    }

    /// Keeps the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: http::StatusCode) -> Self {
        self.status = Some(status.as_u16());
        self
    }

    /// Calls for a person.
    #[must_use]
    pub fn needing_attention(mut self) -> Self {
        self.needs_attention = true;
        self
    }

    /// Keeps the cause. A JSON error is reduced to its place, because its text quotes what was
    /// read.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(json::without_content(Box::new(source)).into());
        self
    }

    /// The cause, where there is one.
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
/// It is deliberately neither an error nor convertible into one, so that `?` cannot turn an
/// uncertain payout into an ordinary failure.
#[derive(Clone, Debug)]
#[must_use]
pub enum NotAccepted {
    /// The provider refused it.
    Declined(Decline),
    /// It may or may not have been carried out.
    Uncertain(Uncertain),
}

impl<T> Submission<T> {
    /// The accepted answer, or what it is instead.
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
    /// [`NotAccepted`], which is not an error: match it.
    pub fn accepted(self) -> Result<T, NotAccepted> {
        match self {
            Self::Accepted(answer) => Ok(answer),
            Self::Declined(decline) => Err(NotAccepted::Declined(decline)),
            Self::Uncertain(uncertain) => Err(NotAccepted::Uncertain(uncertain)),
        }
    }

    /// The same outcome with another answer.
    pub fn map<U>(self, answer: impl FnOnce(T) -> U) -> Submission<U> {
        match self {
            Self::Accepted(accepted) => Submission::Accepted(answer(accepted)),
            Self::Declined(decline) => Submission::Declined(decline),
            Self::Uncertain(uncertain) => Submission::Uncertain(uncertain),
        }
    }

    /// Whether the outcome is uncertain.
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
