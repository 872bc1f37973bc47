//! Outcomes that are scripted, each for one call.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ControlError;
use crate::wire::Operation;

/// What becomes of one call, instead of what would.
///
/// In JSON it is, for example, `{"outcome":"lose_answer","when":"after_booking"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scripted {
    /// The gateway carries it out and answers that it does not know yet. A payout is then
    /// undecided until it is settled.
    Uncertain,
    /// The connection ends without an answer.
    LoseAnswer {
        /// Whether the gateway acted first.
        when: When,
    },
    /// No answer ever comes, and the connection stays.
    NoAnswer {
        /// Whether the gateway acted first.
        when: When,
    },
    /// The gateway refuses, signed, and does nothing.
    Decline {
        /// Any code, also one that is documented nowhere.
        code: String,
    },
    /// The gateway acts at once, and its answer comes late.
    Delay {
        /// How late.
        milliseconds: u64,
    },
    /// A page of a stranger answers, such as a proxy's.
    Page {
        /// Its HTTP status.
        status: u16,
        /// Whether the gateway acted first.
        when: When,
    },
    /// The gateway acts, and its answer has a wrong signature.
    ForgeSignature,
    /// The gateway acts, and its answer tells another amount under a good signature.
    EchoWrongAmount,
}

/// Whether a fault strikes before or after the gateway did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The gateway never got to it: the ledger does not change.
    BeforeBooking,
    /// It is done, and the ledger shows it.
    AfterBooking,
}

impl Scripted {
    /// The gateway acts, and the connection ends without an answer.
    pub const fn lost_after_booking() -> Self {
        Self::LoseAnswer { when: When::AfterBooking }
    }

    /// The gateway never gets to it, and the connection ends without an answer.
    pub const fn lost_before_booking() -> Self {
        Self::LoseAnswer { when: When::BeforeBooking }
    }

    /// The gateway refuses with a [`RefusalCode`](crate::wire::RefusalCode), or with any text.
    pub fn decline(code: impl Into<String>) -> Self {
        Self::Decline { code: code.into() }
    }

    /// The answer comes so much later, to the millisecond.
    pub fn delay(by: Duration) -> Self {
        Self::Delay { milliseconds: u64::try_from(by.as_millis()).unwrap_or(u64::MAX) }
    }

    /// Whether the gateway acts on the call.
    pub(super) fn acts(&self) -> bool {
        match self {
            Self::LoseAnswer { when } | Self::NoAnswer { when } | Self::Page { when, .. } => {
                *when == When::AfterBooking
            }
            Self::Decline { .. } => false,
            Self::Uncertain | Self::Delay { .. } | Self::ForgeSignature | Self::EchoWrongAmount => {
                true
            }
        }
    }

    fn fits(&self, operation: Operation) -> bool {
        match self {
            Self::Uncertain => operation.is_instruction(),
            Self::EchoWrongAmount => {
                matches!(
                    operation,
                    Operation::CreatePayment
                        | Operation::RefundPayment
                        | Operation::OpenVirtualAccount
                        | Operation::CreatePayout
                )
            }
            Self::Page { status, .. } => http::StatusCode::from_u16(*status).is_ok(),
            _ => true,
        }
    }
}

/// The outcomes still to come. Each strikes one call of its operation, in order.
#[derive(Debug, Default)]
pub(super) struct Script(Mutex<Vec<(Operation, Scripted)>>);

impl Script {
    pub(super) fn add(&self, operation: Operation, outcome: Scripted) -> Result<(), ControlError> {
        if !outcome.fits(operation) {
            return Err(ControlError::ImpossibleOutcome { operation, outcome });
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((operation, outcome));
        Ok(())
    }

    /// Takes the next outcome of `operation` out of the script.
    pub(super) fn take(&self, operation: Operation) -> Option<Scripted> {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = script.iter().position(|(of, _)| *of == operation)?;
        Some(script.remove(next).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_strikes_its_operation_once_and_in_order() {
        let script = Script::default();
        for outcome in [Scripted::Uncertain, Scripted::lost_after_booking()] {
            script.add(Operation::CreatePayout, outcome).unwrap();
        }
        assert_eq!(script.take(Operation::CreatePayment), None);
        assert_eq!(script.take(Operation::CreatePayout), Some(Scripted::Uncertain));
        assert_eq!(script.take(Operation::CreatePayout), Some(Scripted::lost_after_booking()));
        assert_eq!(script.take(Operation::CreatePayout), None);
    }

    #[test]
    fn an_inquiry_is_never_undecided() {
        let error = Script::default().add(Operation::Balance, Scripted::Uncertain).unwrap_err();
        assert!(matches!(error, ControlError::ImpossibleOutcome { .. }), "{error}");
    }
}
