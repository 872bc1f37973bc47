//! The gateway's clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that starts at a given moment, or follows the system's, and can be moved forward.
///
/// Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The start, in seconds since the Unix epoch. `None` follows the system clock.
    start: Option<i64>,
    moved: AtomicI64,
}

impl Clock {
    /// Creates a clock that follows the system's and can be moved ahead of it by
    /// [`advance`](Self::advance).
    pub fn system() -> Self {
        Self(Arc::new(Inner { start: None, moved: AtomicI64::new(0) }))
    }

    /// Creates a clock that stays at `unix_seconds` until it is moved.
    pub fn fixed(unix_seconds: i64) -> Self {
        Self(Arc::new(Inner { start: Some(unix_seconds), moved: AtomicI64::new(0) }))
    }

    /// Returns `true` if time passes only when the clock is moved.
    pub fn stands_still(&self) -> bool {
        self.0.start.is_some()
    }

    /// Returns the time in seconds since the Unix epoch.
    pub fn unix_seconds(&self) -> i64 {
        let start = self.0.start.unwrap_or_else(system_unix_seconds);
        start.saturating_add(self.0.moved.load(Ordering::SeqCst))
    }

    /// Returns the time of a notification's receiver, in seconds since the Unix epoch. It is the
    /// system's time, even if this clock was [advanced](Self::advance). If this clock [stands
    /// still](Self::stands_still), both sides share it, and its own time is returned.
    ///
    /// A receiver compares the timestamp of a signature with its own clock. If notifications had
    /// the advanced time, the receiver would reject all of them once the clock is ahead by more
    /// than its tolerance.
    pub fn receivers_unix_seconds(&self) -> i64 {
        match self.stands_still() {
            true => self.unix_seconds(),
            false => system_unix_seconds(),
        }
    }

    /// Returns the number of seconds by which the clock was moved forward.
    pub fn moved(&self) -> i64 {
        self.0.moved.load(Ordering::SeqCst)
    }

    /// Moves the clock forward by the whole seconds in `by`.
    pub fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.0.moved.fetch_add(seconds, Ordering::SeqCst);
    }
}

fn system_unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_time_and_it_only_moves_when_told() {
        let clock = Clock::fixed(1_700_000_000);
        let same = clock.clone();
        clock.advance(Duration::from_secs(60));
        assert_eq!(same.unix_seconds(), 1_700_000_060);
        assert!(same.stands_still() && !Clock::system().stands_still());
    }

    #[test]
    fn a_receivers_time_is_the_systems_unless_both_sides_share_a_clock_that_stands_still() {
        let hour = Duration::from_secs(3_600);
        let (fixed, system) = (Clock::fixed(1_700_000_000), Clock::system());
        fixed.advance(hour);
        let before = system.receivers_unix_seconds();
        system.advance(hour);
        assert_eq!(fixed.receivers_unix_seconds(), fixed.unix_seconds());
        let (moved, receivers) = (system.unix_seconds(), system.receivers_unix_seconds());
        assert!(receivers >= before && moved >= receivers.saturating_add(3_500), "{receivers}");
    }
}
