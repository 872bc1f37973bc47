//! How a reported state changes the known state, when reports may be late, repeated or reordered.

use serde::Serialize;

/// How a reported state changes the known state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step<S> {
    /// The report is newer: its state replaces the known state.
    Advance(S),
    /// The report has the known state.
    Same,
    /// The report is older than the known state: ignore it.
    Stale,
    /// The report contradicts the known state: a person decides, with the evidence for both.
    Conflict {
        /// The known state.
        known: S,
        /// The reported state.
        seen: S,
    },
}

impl<S: Copy> Step<S> {
    /// Returns the state after the report. A conflict leaves the known state unchanged.
    pub fn after(self, known: S) -> S {
        match self {
            Self::Advance(state) => state,
            Self::Same | Self::Stale | Self::Conflict { .. } => known,
        }
    }
}
