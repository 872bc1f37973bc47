//! The states of payouts.

use serde::{Deserialize, Serialize};

use crate::step::Step;

/// The state of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutState {
    /// Recorded, but not sent yet.
    Prepared,
    /// Being sent.
    Submitting,
    /// The gateway has the payout, and a person at the merchant has to approve it there. No money
    /// has left yet, and it may still be refused.
    AwaitingApproval,
    /// The gateway has the payout and has not finished.
    Pending,
    /// The beneficiary has the money.
    Succeeded,
    /// The money was paid and came back later.
    Reversed,
    /// The provider reports that no money left.
    Failed,
    /// The payout may or may not have been carried out. Inquire; do not send it a second time.
    ///
    /// A stored state that this version does not know is also read as `Uncertain`.
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

    /// Returns how the known state changes when the provider reports the state `seen`. Every pair
    /// of states is covered, and only a reversal replaces a payout that succeeded.
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
            // A pending payout was already approved, so the money may have left.
            (Pending, AwaitingApproval) => Step::Stale,
            (AwaitingApproval | Pending | Uncertain, _) => Step::Advance(seen),

            (Succeeded, Reversed) => Step::Advance(seen),
            (Succeeded | Reversed | Failed, AwaitingApproval | Pending | Uncertain) => Step::Stale,
            (Reversed, Succeeded) => Step::Stale,
            (Succeeded | Reversed, Failed) | (Failed, Succeeded | Reversed) => conflict,

            // Pairs of equal states were handled above.
            (Succeeded, Succeeded) | (Reversed, Reversed) | (Failed, Failed) => Step::Same,
        }
    }

    /// Returns whether the state can change no more, except by a reversal.
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
