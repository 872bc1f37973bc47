//! Holds the permits of a provider whose instructions keep failing.

use std::time::Duration;

use payments_core::{DeclineReason, Timestamp};
use serde::{Deserialize, Serialize};

use crate::record::Outcome;

/// The time between two permits while they are held, once the provider responded to an inquiry.
const BETWEEN: Duration = Duration::from_secs(60);

/// Whether the permits of a provider are held.
///
/// No permit is given after some consecutive instructions
/// ([`Limits::hold_after`](crate::Limits::hold_after)) that end uncertain, or with a refusal of the
/// merchant's credentials. Once the provider responds to an inquiry, one permit a minute is given.
/// Once it accepts an instruction, or a person decides so, all are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Breaker {
    /// The number of consecutive instructions that ended badly.
    in_a_row: u32,
    /// Whether the provider responded to an inquiry since.
    is_answered: bool,
    /// When the last permit was taken while permits were held.
    #[serde(default)]
    tried_at: Option<Timestamp>,
}

impl Breaker {
    /// Returns whether permits are held.
    pub(crate) fn holds(&self, after: u32) -> bool {
        self.in_a_row >= after
    }

    /// Returns whether a permit may be taken now.
    pub(crate) fn allows(&self, after: u32, now: Timestamp) -> bool {
        !self.holds(after)
            || self.is_answered && self.tried_at.is_none_or(|tried| now.since(tried) >= BETWEEN)
    }

    /// Returns when a permit may be taken next.
    pub(crate) fn allows_next(&self, now: Timestamp) -> Timestamp {
        match self.tried_at {
            Some(tried) if self.is_answered => tried.plus(BETWEEN),
            _ => now.plus(BETWEEN),
        }
    }

    /// Returns the breaker after a permit was taken.
    pub(crate) fn after_permit(&self, after: u32, now: Timestamp) -> Self {
        let tried_at = if self.holds(after) { Some(now) } else { self.tried_at };
        Self { tried_at, ..self.clone() }
    }

    /// Returns the breaker after an instruction ended.
    pub(crate) fn after_outcome<T>(&self, after: u32, outcome: &Outcome<T>) -> Self {
        let is_bad = match outcome {
            Outcome::Accepted(_) => return Self::default(),
            Outcome::Uncertain(_) | Outcome::Misreported(_) => true,
            Outcome::Declined(decline) => decline.reason == DeclineReason::Authentication,
        };
        match (is_bad, self.holds(after)) {
            (true, _) => Self {
                in_a_row: self.in_a_row.saturating_add(1),
                is_answered: false,
                tried_at: self.tried_at,
            },
            (false, true) => self.clone(),
            (false, false) => Self::default(),
        }
    }

    /// Returns the breaker after the provider responded to an inquiry.
    pub(crate) fn after_inquiry(&self, after: u32) -> Self {
        Self { is_answered: self.holds(after), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use payments_core::{
        Decline, PayoutRef, Uncertain, UncertainCause,
        payout::{Payout, PayoutState},
    };

    use super::*;

    fn uncertain() -> Outcome<Payout> {
        Outcome::Uncertain(Uncertain::new(UncertainCause::UnreadableAnswer, "a 502 page"))
    }

    fn accepted() -> Outcome<Payout> {
        let payout = PayoutRef::new("P-1").unwrap();
        Outcome::Accepted(Box::new(Payout::new(payout, None, PayoutState::Pending)))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    #[test]
    fn three_bad_outcomes_in_a_row_hold_the_permits() {
        let refused = Outcome::Declined(Decline::new(DeclineReason::Authentication));
        let mut breaker = Breaker::default();
        for outcome in [uncertain(), refused, uncertain()] {
            assert!(breaker.allows(3, at(0)), "{breaker:?}");
            breaker = breaker.after_outcome(3, &outcome);
        }
        assert!(!breaker.allows(3, at(1_000_000)), "without an answer to an inquiry");
        let answered = breaker.after_inquiry(3);
        assert!(answered.allows(3, at(100)), "one at once");
        let tried = answered.after_permit(3, at(100));
        assert!(!tried.allows(3, at(159)) && tried.allows(3, at(160)), "one a minute: {tried:?}");
        assert!(
            !tried.after_outcome(3, &uncertain()).allows(3, at(1_000)),
            "until the next answer"
        );
        assert_eq!(tried.after_outcome(3, &accepted()), Breaker::default());
    }

    #[test]
    fn another_refusal_breaks_the_row_and_does_not_release() {
        let refused = Outcome::<Payout>::Declined(Decline::new(DeclineReason::Beneficiary));
        let two = Breaker::default().after_outcome(3, &uncertain()).after_outcome(3, &uncertain());
        assert_eq!(two.after_outcome(3, &refused), Breaker::default());
        let held = two.after_outcome(3, &uncertain());
        assert!(held.after_outcome(3, &refused).holds(3));
    }
}
