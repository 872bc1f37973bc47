//! The states of a record.

use std::fmt;

use payments_core::payout::PayoutState;
use serde::{Deserialize, Serialize};

/// Where a recorded payout is: what the provider knows of it, and what comes before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordState {
    /// Recorded, and no permit to send it was given.
    Prepared,
    /// Its permit was given: it may be on its way.
    Submitting,
    /// It was not sent and will not be, unless the same reference is instructed again.
    NotSent,
    /// The provider has it, and a person at the merchant has to approve it there.
    AwaitingApproval,
    /// The provider has it and has not finished.
    Pending,
    /// The beneficiary has the money.
    Succeeded,
    /// The money came back afterwards.
    Reversed,
    /// No money left, and none will under this reference.
    Failed,
    /// It may or may not have been carried out. The engine asks; it never sends it again.
    ///
    /// A stored word that this version does not know is read as this state.
    #[serde(other)]
    Uncertain,
}

impl RecordState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Prepared,
        Self::Submitting,
        Self::NotSent,
        Self::AwaitingApproval,
        Self::Pending,
        Self::Uncertain,
        Self::Succeeded,
        Self::Reversed,
        Self::Failed,
    ];

    /// The state as it is stored, such as `not_sent`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Submitting => "submitting",
            Self::NotSent => "not_sent",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Pending => "pending",
            Self::Uncertain => "uncertain",
            Self::Succeeded => "succeeded",
            Self::Reversed => "reversed",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more is expected: it was not sent, or the provider has said its last word, a
    /// reversal aside.
    pub fn is_final(self) -> bool {
        matches!(self, Self::NotSent | Self::Succeeded | Self::Reversed | Self::Failed)
    }

    /// Whether the provider may have it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::AwaitingApproval | Self::Pending | Self::Uncertain)
    }

    /// The state of the payout, which a record that was not sent does not have.
    pub(crate) fn of_payout(self) -> Option<PayoutState> {
        match self {
            Self::NotSent => None,
            Self::Prepared => Some(PayoutState::Prepared),
            Self::Submitting => Some(PayoutState::Submitting),
            Self::AwaitingApproval => Some(PayoutState::AwaitingApproval),
            Self::Pending => Some(PayoutState::Pending),
            Self::Uncertain => Some(PayoutState::Uncertain),
            Self::Succeeded => Some(PayoutState::Succeeded),
            Self::Reversed => Some(PayoutState::Reversed),
            Self::Failed => Some(PayoutState::Failed),
        }
    }
}

impl From<PayoutState> for RecordState {
    fn from(state: PayoutState) -> Self {
        match state {
            PayoutState::Prepared => Self::Prepared,
            PayoutState::Submitting => Self::Submitting,
            PayoutState::AwaitingApproval => Self::AwaitingApproval,
            PayoutState::Pending => Self::Pending,
            PayoutState::Succeeded => Self::Succeeded,
            PayoutState::Reversed => Self::Reversed,
            PayoutState::Failed => Self::Failed,
            // A state that a later core adds is not known to be an end.
            _ => Self::Uncertain,
        }
    }
}

impl fmt::Display for RecordState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().replace('_', " "))
    }
}
