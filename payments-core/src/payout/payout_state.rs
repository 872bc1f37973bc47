//! The states of payouts.

use serde::{Deserialize, Serialize};

use crate::step::Step;

/// Where a payout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutState {
    /// Written down, not sent.
    Prepared,
    /// Being sent.
    Submitting,
    /// The provider has it, and a person at the merchant has to approve it there. No money left
    /// yet, and it may still be refused.
    AwaitingApproval,
    /// The provider has it and has not finished.
    Pending,
    /// The beneficiary has the money.
    Succeeded,
    /// The money came back afterwards.
    Reversed,
    /// No money left, by the provider's own word.
    Failed,
    /// It may or may not have been carried out. Ask; do not send it again.
    ///
    /// A stored word that this version does not know is read as this state.
    #[serde(other)]
    Uncertain,
}

impl PayoutState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Prepared,
        Self::Submitting,
        Self::AwaitingApproval,
        Self::Pending,
        Self::Uncertain,
        Self::Succeeded,
        Self::Reversed,
        Self::Failed,
    ];

    /// What `seen` means when this state is known. Total: every pair has an answer, and a payout
    /// that succeeded is never lost.
    #[must_use]
    pub fn step(self, seen: Self) -> Step<Self> {
        use PayoutState::{
            AwaitingApproval, Failed, Pending, Prepared, Reversed, Submitting, Succeeded, Uncertain,
        };
        let conflict = Step::Conflict { known: self, seen };
        if self == seen {
            return Step::Same;
        }
        match (self, seen) {
            (Prepared, _) => Step::Advance(seen),
            (_, Prepared) => Step::Stale,
            (Submitting, _) => Step::Advance(seen),
            (_, Submitting) => Step::Stale,
            // A payout that is under way was approved before: the money may have left.
            (Pending, AwaitingApproval) => Step::Stale,
            (AwaitingApproval | Pending | Uncertain, _) => Step::Advance(seen),

            (Succeeded, Reversed) => Step::Advance(seen),
            (Succeeded | Reversed | Failed, AwaitingApproval | Pending | Uncertain) => Step::Stale,
            (Reversed, Succeeded) => Step::Stale,
            (Succeeded | Reversed, Failed) | (Failed, Succeeded | Reversed) => conflict,

            // The pairs of equal states were answered above.
            (Succeeded, Succeeded) | (Reversed, Reversed) | (Failed, Failed) => Step::Same,
        }
    }

    /// Whether the provider has said its last word, a reversal aside.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Reversed | Self::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payout_that_succeeded_is_never_lost() {
        for seen in PayoutState::ALL {
            let after = PayoutState::Succeeded.step(seen).after(PayoutState::Succeeded);
            assert!(
                matches!(after, PayoutState::Succeeded | PayoutState::Reversed),
                "{seen:?} turned a payout that succeeded into {after:?}"
            );
        }
    }

    #[test]
    fn success_after_failure_goes_to_a_person() {
        assert_eq!(
            PayoutState::Failed.step(PayoutState::Succeeded),
            Step::Conflict { known: PayoutState::Failed, seen: PayoutState::Succeeded }
        );
    }

    #[test]
    fn uncertain_and_pending_lead_into_each_other() {
        assert_eq!(
            PayoutState::Pending.step(PayoutState::Uncertain),
            Step::Advance(PayoutState::Uncertain)
        );
        assert_eq!(
            PayoutState::Uncertain.step(PayoutState::Pending),
            Step::Advance(PayoutState::Pending)
        );
    }

    #[test]
    fn approval_comes_before_the_money_moves_and_ends_nothing() {
        use PayoutState::{AwaitingApproval, Failed, Pending, Prepared, Succeeded, Uncertain};
        assert!(!AwaitingApproval.is_final());
        for seen in [Pending, Uncertain, Succeeded, Failed] {
            assert_eq!(AwaitingApproval.step(seen), Step::Advance(seen), "{seen:?}");
        }
        for known in [Prepared, PayoutState::Submitting, Uncertain] {
            assert_eq!(known.step(AwaitingApproval), Step::Advance(AwaitingApproval), "{known:?}");
        }
        for known in [Pending, Succeeded, PayoutState::Reversed, Failed] {
            assert_eq!(known.step(AwaitingApproval), Step::Stale, "{known:?}");
        }
    }

    #[test]
    fn a_stored_word_of_another_version_is_uncertain() {
        let read: PayoutState = serde_json::from_str("\"teleported\"").unwrap();
        assert_eq!(read, PayoutState::Uncertain);
        for state in PayoutState::ALL {
            let stored = serde_json::to_string(&state).unwrap();
            assert_eq!(serde_json::from_str::<PayoutState>(&stored).unwrap(), state, "{stored}");
        }
    }

    #[test]
    fn the_same_news_twice_changes_nothing() {
        for known in PayoutState::ALL {
            for seen in PayoutState::ALL {
                let once = known.step(seen).after(known);
                assert_eq!(once.step(seen).after(once), once, "{known:?} then {seen:?} twice");
            }
        }
    }
}
