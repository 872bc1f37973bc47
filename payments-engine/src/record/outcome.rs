//! The outcome of one instruction.

use payments_core::{Decline, Submission, Uncertain};
use serde::{Deserialize, Serialize};

/// The result that a provider returned for an instruction.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome<T> {
    /// The provider accepted the instruction.
    Accepted(Box<T>),
    /// The provider refused the instruction.
    Declined(Decline),
    /// The instruction may or may not have been carried out.
    Uncertain(Uncertain),
    /// The provider returned an error, with this text, although bytes were written or without
    /// showing that none were.
    Misreported(String),
}

impl<T: Clone> Outcome<T> {
    pub(crate) fn of(submission: &Submission<T>) -> Self {
        match submission {
            Submission::Accepted(accepted) => Self::Accepted(Box::new(accepted.clone())),
            Submission::Declined(decline) => Self::Declined(decline.clone()),
            Submission::Uncertain(uncertain) => Self::Uncertain(uncertain.clone()),
        }
    }
}
