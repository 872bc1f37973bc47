//! The states of a record.

use std::fmt;

use payments_core::payout::PayoutState;
use serde::{Deserialize, Serialize};

/// The state of a recorded payout: the states before it is sent, and those that the provider
/// reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordState {
    /// Recorded, and no permit to send it was given.
    Prepared,
    /// The permit was given, so the payout may be under way.
    Submitting,
    /// The payout was not sent, and will not be unless the same reference is instructed again.
    NotSent,
    /// The provider accepted the payout, and a person at the merchant has to approve it there.
    AwaitingApproval,
    /// The provider accepted the payout and has not finished.
    Pending,
    /// The beneficiary has the money.
    Succeeded,
    /// The money came back after it had arrived.
    Reversed,
    /// No money left, and none will leave under this reference.
    Failed,
    /// The payout may or may not have been carried out. The engine inquires about it, and never
    /// sends it again.
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

    /// Returns the state as it is stored, such as `not_sent`.
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

    /// Returns whether no more change is expected, apart from a reversal: the payout was not sent,
    /// succeeded, was reversed or failed.
    pub fn is_final(self) -> bool {
        matches!(self, Self::NotSent | Self::Succeeded | Self::Reversed | Self::Failed)
    }

    /// Returns whether the payout was sent and its outcome is not final. It is `false` for
    /// [`Submitting`](Self::Submitting), while the payout may still be under way to the provider.
    pub fn is_open(self) -> bool {
        matches!(self, Self::AwaitingApproval | Self::Pending | Self::Uncertain)
    }

    /// Returns the state of the payout, or `None` if it was not sent.
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
            // A state that a later core adds is not known to be final.
            _ => Self::Uncertain,
        }
    }
}

impl fmt::Display for RecordState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().replace('_', " "))
    }
}
