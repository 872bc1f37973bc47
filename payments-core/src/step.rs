//! How news meets what is known: late, repeated and reordered news is a value, not a bug.

use serde::Serialize;

/// What a piece of news means for what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step<S> {
    /// It is newer: this is the state now.
    Advance(S),
    /// It is what is known already.
    Same,
    /// It is older than what is known: ignore it.
    Stale,
    /// It contradicts what is known: a person decides, with both pieces of evidence.
    Conflict {
        /// What is known.
        known: S,
        /// What the news says.
        seen: S,
    },
}

impl<S: Copy> Step<S> {
    /// The state after the news; a conflict changes nothing by itself.
    pub fn after(self, known: S) -> S {
        match self {
            Self::Advance(state) => state,
            Self::Same | Self::Stale | Self::Conflict { .. } => known,
        }
    }
}
