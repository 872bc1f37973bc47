//! Timestamps, Vietnamese civil time, and the clock that code receives as a parameter.

use std::fmt;
use std::str::FromStr;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use jiff::{civil, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time, to the second. It is serialised and displayed as RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not a time in the expected format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time in the form {1}")]
pub struct TimestampError(String, &'static str);

/// The pattern of a civil time, with a zero for every digit.
const CIVIL: &str = "0000-00-00 00:00:00";

/// Vietnam has been at UTC+7 without summer time since 1975.
const VIETNAM: Offset = Offset::constant(7);

impl Timestamp {
    /// Creates the time `seconds` after the Unix epoch, clamped to the years −9999 to 9999.
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second()))
    }

    /// Returns the seconds since the Unix epoch.
    pub fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Parses a Vietnamese civil time (UTC+7) such as `2026-11-21 14:02:37`, which gateways send
    /// without an offset.
    ///
    /// # Errors
    /// Returns an error if the text is not `YYYY-MM-DD HH:MM:SS`.
    pub fn from_vietnam_civil(text: &str) -> Result<Self, TimestampError> {
        let wrong = || TimestampError(text.to_owned(), "YYYY-MM-DD HH:MM:SS");
        // The parser would also accept fractions, a `T`, an offset (which it ignores), RFC 9557
        // suffixes, and a 60th second as the 59th.
        let fits = |(byte, expected): (u8, u8)| match expected {
            b'0' => byte.is_ascii_digit(),
            separator => byte == separator,
        };
        if text.len() != CIVIL.len()
            || !text.bytes().zip(CIVIL.bytes()).all(fits)
            || text.ends_with(":60")
        {
            return Err(wrong());
        }
        let civil: civil::DateTime = text.parse().map_err(|_| wrong())?;
        let moment = VIETNAM.to_timestamp(civil).map_err(|_| wrong())?;
        Ok(Self(moment.as_second()))
    }

    /// Formats the Vietnamese civil time by a `strftime` format, such as `%d/%m/%Y,%H:%M`.
    pub fn vietnam_civil(self, format: &str) -> String {
        VIETNAM.to_datetime(self.jiff()).strftime(format).to_string()
    }

    /// Returns the beginning of the day in Vietnam that contains this time.
    #[must_use]
    pub fn start_of_vietnam_day(self) -> Self {
        let since_midnight = (self.0 + i64::from(VIETNAM.seconds())).rem_euclid(24 * 3_600);
        Self::from_unix(self.0 - since_midnight)
    }

    /// Returns the time `after` later, clamped to the latest time.
    #[must_use]
    pub fn plus(self, after: Duration) -> Self {
        let seconds = i64::try_from(after.as_secs()).unwrap_or(i64::MAX);
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Returns the time from `earlier` to this time. It is zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns the time between two points in time, in either direction.
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_secs(self.0.abs_diff(other.0))
    }

    fn jiff(self) -> jiff::Timestamp {
        // The value is within range by construction.
        jiff::Timestamp::from_second(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jiff().fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let moment: jiff::Timestamp =
            text.parse().map_err(|_| TimestampError(text.to_owned(), "RFC 3339"))?;
        Ok(Self(moment.as_second()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A source of the current time. Providers and the engine receive a clock as a parameter, so that a
/// test can set the time instead of waiting.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(jiff::Timestamp::now().as_second())
    }
}

/// A clock that tests set and move. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Creates a clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.unix_seconds())))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_secs()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_times_are_read_at_utc_plus_7() {
        let moment = Timestamp::from_vietnam_civil("2023-03-25 14:02:37").unwrap();
        assert_eq!(moment.to_string(), "2023-03-25T07:02:37Z");
        assert_eq!(moment.vietnam_civil("%d/%m/%Y,%H:%M"), "25/03/2023,14:02");
        assert_eq!(moment.start_of_vietnam_day().vietnam_civil("%F %T"), "2023-03-25 00:00:00");
    }

    #[test]
    fn what_is_not_a_time_is_named() {
        let error = Timestamp::from_vietnam_civil("25.03.2023").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"25.03.2023\" is not a time in the form YYYY-MM-DD HH:MM:SS"
        );
        for other in [
            "2023-03-25T14:02:37",
            "2023-03-25 14:02:3",
            "2023-02-30 14:02:37",
            "2023-03-25 14:02-07",
            "2023-03-25 14:02+07",
            "2023-03-25 140237.1",
            "2016-12-31 23:59:60",
            "",
            "+7",
        ] {
            assert!(Timestamp::from_vietnam_civil(other).is_err(), "{other}");
        }
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert_eq!(
            Timestamp::from_unix(i64::MAX).plus(Duration::MAX),
            Timestamp::from_unix(i64::MAX)
        );
        assert_eq!(Timestamp::from_unix(0).since(Timestamp::from_unix(5)), Duration::ZERO);
    }
}
