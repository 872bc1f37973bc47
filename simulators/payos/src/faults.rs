//! Faults that a test scripts, each for one response.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// An operation of the gateway that a fault can be scripted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// The merchant opens a link.
    CreateLink,
    /// The merchant asks about a link.
    FindLink,
    /// The merchant cancels a link.
    CancelLink,
    /// The merchant pays out.
    CreatePayout,
    /// The merchant makes a batch.
    CreateBatch,
    /// The merchant asks about payouts.
    FindPayouts,
}

impl Operation {
    /// The operation with this name in the control API.
    pub(crate) fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }

    /// Whether it moves something, and does not only ask.
    pub(crate) fn is_instruction(self) -> bool {
        !matches!(self, Self::FindLink | Self::FindPayouts)
    }
}

/// Whether a fault takes effect before or after the gateway carried out the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The gateway does not carry out the request, and its books do not change.
    BeforeBooking,
    /// The gateway carries out the request, and its books show it.
    AfterBooking,
}

/// A fault of one response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// The connection closes without a response.
    LoseAnswer {
        /// Whether the gateway acted first.
        when: When,
    },
    /// The gateway refuses with this code and does nothing.
    RefuseWith {
        /// Any code, also one that no document has.
        code: String,
    },
    /// The response is good and its signature is missing.
    LeaveSignatureOut,
    /// The response is good and its signature is well formed and wrong.
    ForgeSignature,
}

/// The faults that are still to apply. Each applies to one occurrence of its operation, or of any
/// instruction if it names none, in order.
#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<Vec<(Option<Operation>, Fault)>>);

impl Script {
    pub(crate) fn add(&self, operation: impl Into<Option<Operation>>, fault: Fault) {
        let operation = operation.into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((operation, fault));
    }

    /// Takes the next fault of `operation` out of the script.
    pub(crate) fn take(&self, operation: Operation) -> Option<Fault> {
        let mut script = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = script.iter().position(|(of, _)| match of {
            Some(of) => *of == operation,
            None => operation.is_instruction(),
        })?;
        Some(script.remove(next).1)
    }
}
