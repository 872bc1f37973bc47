//! The state of a payment.

use serde::{Deserialize, Serialize};

use crate::step::Step;

/// The state of a payment. The amount that arrived is separate: see [`Funding`](super::Funding).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentState {
    /// The buyer has not paid yet.
    Open,
    /// The buyer acted; the gateway has not decided yet.
    Processing,
    /// The buyer paid and the gateway holds the money back.
    Held,
    /// The merchant has the money.
    Settled,
    /// The provider reports that the time for paying is over.
    Expired,
    /// The merchant or the buyer cancelled the payment.
    Cancelled,
    /// The provider reports that the payment failed.
    Failed,
    /// The money was refunded.
    Refunded,
    /// The state is not known: the provider reported none, one that it does not document, or data
    /// that contradict each other. Inquire again.
    ///
    /// A stored state that this version does not know is also read as `Uncertain`.
    #[serde(other)]
    Uncertain,
}

impl PaymentState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Processing,
        Self::Held,
        Self::Settled,
        Self::Expired,
        Self::Cancelled,
        Self::Failed,
        Self::Refunded,
        Self::Uncertain,
    ];

    /// Returns how the known state changes when the provider reports the state `seen`. Every pair
    /// of states is covered, and only a refund replaces a settled payment.
    #[must_use]
    pub fn step(self, seen: Self) -> Step<Self> {
        use PaymentState::{
            Cancelled, Expired, Failed, Held, Open, Processing, Refunded, Settled, Uncertain,
        };
        let conflict = Step::Conflict { known: self, seen };
        if self == seen {
            return Step::Same;
        }
        match (self, seen) {
            // `Uncertain` replaces only a state before the money, and any other report replaces it.
            (Open | Processing, Uncertain) => Step::Advance(seen),
            (_, Uncertain) => Step::Stale,
            (Uncertain, _) => Step::Advance(seen),

            (Open | Processing | Held, Settled | Refunded) => Step::Advance(seen),
            (Open, _) => Step::Advance(seen),
            (Processing, Open) => Step::Stale,
            (Processing, _) => Step::Advance(seen),
            (Held, Open | Processing | Held) => Step::Stale,
            (Held, Cancelled | Failed) => Step::Advance(seen),
            (Held, Expired) => conflict,

            (Settled, Refunded) => Step::Advance(seen),
            (Settled, Open | Processing | Held) => Step::Stale,
            (Settled, _) => conflict,

            (Refunded, Open | Processing | Held | Settled) => Step::Stale,
            (Refunded, _) => conflict,

            // Money that arrives after an end is a late credit: a person sees both.
            (Expired | Cancelled | Failed, Open | Processing) => Step::Stale,
            (Expired | Cancelled | Failed, _) => conflict,
        }
    }

    /// Returns whether the state can change no more, except by a refund.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Settled | Self::Expired | Self::Cancelled | Self::Failed | Self::Refunded
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_payment_is_never_lost() {
        for seen in PaymentState::ALL {
            let after = PaymentState::Settled.step(seen).after(PaymentState::Settled);
            assert!(
                matches!(after, PaymentState::Settled | PaymentState::Refunded),
                "{seen:?} turned a settled payment into {after:?}"
            );
        }
    }

    #[test]
    fn money_that_meets_an_end_is_never_dropped() {
        for known in [PaymentState::Expired, PaymentState::Cancelled, PaymentState::Failed] {
            let step = known.step(PaymentState::Settled);
            assert_eq!(step, Step::Conflict { known, seen: PaymentState::Settled });
        }
    }

    #[test]
    fn the_same_news_twice_changes_nothing() {
        for known in PaymentState::ALL {
            for seen in PaymentState::ALL {
                let once = known.step(seen).after(known);
                assert_eq!(once.step(seen).after(once), once, "{known:?} then {seen:?} twice");
            }
        }
    }

    #[test]
    fn not_knowing_never_undoes_a_final_state() {
        for known in PaymentState::ALL.into_iter().filter(|state| state.is_final()) {
            assert_eq!(known.step(PaymentState::Uncertain), Step::Stale);
        }
    }
}
