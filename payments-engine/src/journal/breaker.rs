//! Holds the permits of a provider whose instructions keep failing.

use std::time::Duration;

use payments_core::{DeclineReason, PayoutRef, ProviderId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    record::Outcome,
    store::{Due, Rows, StoreError, TaskKind},
};

/// The time between two permits while they are held, once the provider responded to an inquiry,
/// and between two inquiries until it does.
pub(crate) const BETWEEN: Duration = Duration::from_secs(60);

/// Whether the permits of a provider are held.
///
/// No permit is given after some consecutive instructions
/// ([`Limits::hold_after`](crate::Limits::hold_after)) that end uncertain, or with a refusal of the
/// merchant's credentials. While permits are held, the engine inquires once a minute about the last
/// of these instructions, because refused ones are final and need no inquiry of their own. Once the
/// provider responds to an inquiry, one permit a minute is given. Once it accepts an instruction, or
/// a person decides so, all are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Breaker {
    /// The number of consecutive instructions that ended badly.
    in_a_row: u32,
    /// Whether the provider responded to an inquiry since.
    is_answered: bool,
    /// When the last permit was taken while permits were held.
    #[serde(default)]
    tried_at: Option<Timestamp>,
    /// The last payout that ended badly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<PayoutRef>,
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

    /// Returns the payout to inquire about, if permits are held and the provider did not respond to
    /// an inquiry since.
    pub(crate) fn asks_about(&self, after: u32) -> Option<&PayoutRef> {
        self.last.as_ref().filter(|_| self.holds(after) && !self.is_answered)
    }

    /// Returns the breaker after the instruction to send a payout ended.
    pub(crate) fn after_outcome<T>(
        &self,
        after: u32,
        payout: &PayoutRef,
        outcome: &Outcome<T>,
    ) -> Self {
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
                last: Some(payout.clone()),
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

/// Changes the breaker of a provider, and returns it. Its row is shared by all replicas, so it is
/// locked only for a change.
pub(crate) fn change_breaker(
    rows: &mut dyn Rows,
    provider: &ProviderId,
    after: impl Fn(&Breaker) -> Breaker,
) -> Result<Breaker, StoreError> {
    let known = rows.breaker(provider)?;
    if after(&known) == known {
        return Ok(known);
    }
    let known = rows.breaker_to_change(provider)?;
    let changed = after(&known);
    rows.set_breaker(provider, &changed)?;
    Ok(changed)
}

/// Counts the outcome of an instruction. If permits are held after it, an inquiry becomes due.
pub(super) fn count_outcome<T>(
    rows: &mut dyn Rows,
    provider: &ProviderId,
    payout: &PayoutRef,
    outcome: &Outcome<T>,
    now: Timestamp,
    after: u32,
) -> Result<(), StoreError> {
    let changed =
        change_breaker(rows, provider, |breaker| breaker.after_outcome(after, payout, outcome))?;
    if changed.asks_about(after) == Some(payout) {
        rows.make_due(TaskKind::Held, provider.as_str(), Due::At(now.plus(BETWEEN)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use payments_core::{
        Decline, Uncertain, UncertainCause,
        payout::{Payout, PayoutState},
    };

    use super::*;

    fn uncertain() -> Outcome<Payout> {
        Outcome::Uncertain(Uncertain::new(UncertainCause::UnreadableAnswer, "a 502 page"))
    }

    fn name() -> PayoutRef {
        PayoutRef::new("P-1").unwrap()
    }

    fn accepted() -> Outcome<Payout> {
        Outcome::Accepted(Box::new(Payout::new(name(), None, PayoutState::Pending)))
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
            breaker = breaker.after_outcome(3, &name(), &outcome);
        }
        assert!(!breaker.allows(3, at(1_000_000)), "without an answer to an inquiry");
        let answered = breaker.after_inquiry(3);
        assert!(answered.allows(3, at(100)), "one at once");
        let tried = answered.after_permit(3, at(100));
        assert!(!tried.allows(3, at(159)) && tried.allows(3, at(160)), "one a minute: {tried:?}");
        assert!(
            !tried.after_outcome(3, &name(), &uncertain()).allows(3, at(1_000)),
            "until the next answer"
        );
        assert_eq!(tried.after_outcome(3, &name(), &accepted()), Breaker::default());
    }

    #[test]
    fn another_refusal_breaks_the_row_and_does_not_release() {
        let refused = Outcome::<Payout>::Declined(Decline::new(DeclineReason::Beneficiary));
        let two = Breaker::default().after_outcome(3, &name(), &uncertain()).after_outcome(
            3,
            &name(),
            &uncertain(),
        );
        assert_eq!(two.after_outcome(3, &name(), &refused), Breaker::default());
        let held = two.after_outcome(3, &name(), &uncertain());
        assert!(held.after_outcome(3, &name(), &refused).holds(3));
    }

    #[test]
    fn while_permits_are_held_the_last_failed_payout_is_asked_about_until_a_response() {
        let mut breaker = Breaker::default();
        for number in 1..=3 {
            assert_eq!(breaker.asks_about(3), None, "{breaker:?}");
            let payout = PayoutRef::new(format!("P-{number}")).unwrap();
            breaker = breaker.after_outcome(3, &payout, &uncertain());
        }
        assert_eq!(breaker.asks_about(3).map(PayoutRef::as_str), Some("P-3"));
        assert_eq!(breaker.after_inquiry(3).asks_about(3), None);
    }

    #[test]
    fn a_breaker_that_an_earlier_version_stored_is_read() {
        let stored = r#"{"in_a_row":3,"is_answered":false,"tried_at":null}"#;
        let breaker: Breaker = serde_json::from_str(stored).unwrap();
        assert!(breaker.holds(3) && breaker.asks_about(3).is_none(), "{breaker:?}");
    }
}
