//! Scripted outcomes, each for one call.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ControlError;
use crate::wire::Operation;

/// The outcome of one call, instead of its usual outcome.
///
/// In JSON it is, for example, `{"outcome":"lose_answer","when":"after_booking"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scripted {
    /// The gateway carries out the call and responds that it has not decided yet. A payout is then
    /// undecided until it is settled.
    Uncertain,
    /// The connection ends without a response.
    LoseAnswer {
        /// Whether the gateway acted first.
        when: When,
    },
    /// There is no response, and the connection stays open.
    NoAnswer {
        /// Whether the gateway acted first.
        when: When,
    },
    /// The gateway refuses the call with a signed response and does nothing.
    Decline {
        /// The code of the refusal, which may be undocumented.
        code: String,
    },
    /// The gateway carries out the call immediately, and its response is delayed.
    Delay {
        /// The delay in milliseconds.
        milliseconds: u64,
    },
    /// The response is a page from something in between, such as a proxy.
    Page {
        /// The HTTP status of the page.
        status: u16,
        /// Whether the gateway acted first.
        when: When,
    },
    /// The gateway carries out the call, and its response has a wrong signature.
    ForgeSignature,
    /// The gateway carries out the call, and its response has another amount and a valid signature.
    EchoWrongAmount,
}

/// Whether a fault takes effect before or after the gateway carries out the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The gateway does not carry out the request, and its ledger does not change.
    BeforeBooking,
    /// The gateway carries out the request, and its ledger shows it.
    AfterBooking,
}

impl Scripted {
    /// Returns the outcome in which the gateway carries out the call, and the connection ends
    /// without a response.
    pub const fn lost_after_booking() -> Self {
        Self::LoseAnswer { when: When::AfterBooking }
    }

    /// Returns the outcome in which the gateway does not carry out the call, and the connection
    /// ends without a response.
    pub const fn lost_before_booking() -> Self {
        Self::LoseAnswer { when: When::BeforeBooking }
    }

    /// Returns the outcome in which the gateway refuses with `code`: a
    /// [`RefusalCode`](crate::wire::RefusalCode), or any other text.
    pub fn decline(code: impl Into<String>) -> Self {
        Self::Decline { code: code.into() }
    }

    /// Returns the outcome in which the response is delayed by `by`, in whole milliseconds.
    pub fn delay(by: Duration) -> Self {
        Self::Delay { milliseconds: u64::try_from(by.as_millis()).unwrap_or(u64::MAX) }
    }

    /// Returns `true` if the gateway carries out the call.
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

/// The outcomes that are still to apply. Each applies to one call of its operation, in order.
///
/// One without an operation applies to the next instruction.
#[derive(Debug, Default)]
pub(super) struct Script(Mutex<Vec<(Option<Operation>, Scripted)>>);

impl Script {
    pub(super) fn add(&self, operation: Operation, outcome: Scripted) -> Result<(), ControlError> {
        if !outcome.fits(operation) {
            return Err(ControlError::ImpossibleOutcome { operation, outcome });
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((Some(operation), outcome));
        Ok(())
    }

    /// Adds an outcome of the next instruction.
    #[cfg(feature = "simulator")]
    pub(super) fn add_any(&self, outcome: Scripted) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((None, outcome));
    }

    /// Removes and returns the next outcome of `operation`.
    pub(super) fn take(&self, operation: Operation) -> Option<Scripted> {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = script.iter().position(|(of, _)| match of {
            Some(of) => *of == operation,
            None => operation.is_instruction(),
        })?;
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
