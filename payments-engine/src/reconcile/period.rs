//! The period of a run.

use payments_core::{Error, Result, Timestamp, statement::StatementFilter};
use serde::{Deserialize, Serialize};

use super::LATE;

/// A time from a moment, which belongs to it, until another, which does not: periods that follow
/// each other hold each line once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    from: Timestamp,
    until: Timestamp,
}

impl Period {
    /// The time from `from` until `until`, which no longer belongs to it.
    ///
    /// # Errors
    /// `InvalidRequest` if it ends before it begins, or is empty.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self> {
        if from >= until {
            return Err(Error::invalid("until", "is not after the beginning of the period"));
        }
        Ok(Self { from, until })
    }

    /// Its beginning.
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// The moment after its end.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether a moment belongs to it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Which lines are read: those of the period, and those around it that may be of what is on
    /// record within it.
    pub(crate) fn filter(&self) -> StatementFilter {
        let late = i64::try_from(LATE.as_secs()).unwrap_or(i64::MAX);
        let from = Timestamp::from_unix(self.from.unix_seconds().saturating_sub(late));
        StatementFilter::new().with_from(from).with_until(self.until.plus(LATE))
    }
}

/// Whether what happened at `at` may still be entered by the bank at `now`.
pub(super) fn may_be_entered(at: Timestamp, now: Timestamp) -> bool {
    now.since(at) < LATE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(1_700_000_000 + second)
    }

    #[test]
    fn periods_that_follow_each_other_hold_each_moment_once() {
        let periods = [Period::new(at(0), at(10)), Period::new(at(10), at(20))];
        let periods = periods.map(Result::unwrap);
        for second in 0..20 {
            let holding = periods.iter().filter(|period| period.contains(at(second))).count();
            assert_eq!(holding, 1, "second {second}");
        }
        assert!(!periods[0].contains(at(-1)) && !periods[1].contains(at(20)));
    }

    #[test]
    fn a_period_that_is_empty_or_ends_before_it_begins_is_refused() {
        for until in [0, -1] {
            let error = Period::new(at(0), at(until)).unwrap_err();
            assert_eq!(error.field(), Some("until"), "{error}");
        }
    }
}
