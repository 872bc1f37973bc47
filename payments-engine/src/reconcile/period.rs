//! The period of a run.

use std::time::Duration;

use payments_core::{Error, Result, Timestamp, statement::StatementFilter};
use serde::{Deserialize, Serialize};

use super::LATE;

/// A period of time. It includes its first moment and excludes its last one, so that consecutive
/// periods contain each line once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    from: Timestamp,
    until: Timestamp,
}

impl Period {
    /// Creates the period from `from` (included) until `until` (excluded).
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if `until` is not after
    /// `from`.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self> {
        if from >= until {
            return Err(Error::invalid("until", "is not after the beginning of the period"));
        }
        Ok(Self { from, until })
    }

    /// Returns the day in Vietnam that contains a moment.
    ///
    /// ```
    /// use payments_core::{Clock as _, SystemClock};
    /// use payments_engine::Period;
    ///
    /// let yesterday = Period::vietnam_day(SystemClock.now()).previous();
    /// # let _ = yesterday;
    /// ```
    pub fn vietnam_day(of: Timestamp) -> Self {
        let from = of.start_of_vietnam_day();
        Self { from, until: from.plus(Duration::from_secs(24 * 3_600)) }
    }

    /// Returns the period of the same length that ends where this one begins.
    #[must_use]
    pub fn previous(&self) -> Self {
        let length = self.until.unix_seconds() - self.from.unix_seconds();
        Self { from: Timestamp::from_unix(self.from.unix_seconds() - length), until: self.from }
    }

    /// Returns the first moment of the period.
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// Returns the moment after the end of the period.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Returns whether the period includes a moment.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Returns the filter of the lines to read: those of the period, and those around it that may
    /// match records of the period.
    pub(crate) fn filter(&self) -> StatementFilter {
        let late = i64::try_from(LATE.as_secs()).unwrap_or(i64::MAX);
        let from = Timestamp::from_unix(self.from.unix_seconds().saturating_sub(late));
        StatementFilter::new().with_from(from).with_until(self.until.plus(LATE))
    }
}

/// Returns whether the bank may still enter, at `now`, a movement that happened at `at`.
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
    fn a_day_of_vietnam_begins_at_its_midnight_and_follows_the_day_before() {
        for moment in ["2026-11-01T17:00:00Z", "2026-11-02T03:00:00Z", "2026-11-02T16:59:59Z"] {
            let day = Period::vietnam_day(moment.parse().unwrap());
            assert_eq!(day.from().to_string(), "2026-11-01T17:00:00Z", "{moment}");
            assert_eq!(day.until().to_string(), "2026-11-02T17:00:00Z", "{moment}");
            let before = Timestamp::from_unix(day.from().unix_seconds() - 1);
            assert_eq!(day.previous(), Period::vietnam_day(before), "{moment}");
        }
    }

    #[test]
    fn a_period_that_is_empty_or_ends_before_it_begins_is_refused() {
        for until in [0, -1] {
            let error = Period::new(at(0), at(until)).unwrap_err();
            assert_eq!(error.field(), Some("until"), "{error}");
        }
    }
}
