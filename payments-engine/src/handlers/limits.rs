//! The limits of handlers, and when a failed handler is called again.

use std::time::Duration;

use payments_core::Timestamp;

/// The waiting times after the first, second and later failures of a handler. After the last of
/// them, a handler is called every hour.
const AGAIN: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
];

const LATER: Duration = Duration::from_secs(60 * 60);

/// The limits for calling handlers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerLimits {
    /// How long a handler may take. The default is 3 s. With SQLite every other writer waits
    /// meanwhile, and the engine waits for 5 s at most.
    pub within: Duration,
    /// How often a handler is called for one change before the change becomes a dead letter. The
    /// default is 10.
    pub tries: u32,
}

impl Default for HandlerLimits {
    fn default() -> Self {
        Self { within: Duration::from_secs(3), tries: 10 }
    }
}

impl HandlerLimits {
    /// Sets how long a handler may take.
    #[must_use]
    pub fn with_within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Sets how often a handler is called for one change; at least once.
    #[must_use]
    pub fn with_tries(mut self, tries: u32) -> Self {
        self.tries = tries.max(1);
        self
    }
}

/// Returns when a handler is called again after this many failures.
pub(super) fn again(tries: u32, now: Timestamp) -> Timestamp {
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    now.plus(AGAIN.get(index).copied().unwrap_or(LATER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_fails_waits_longer_each_time() {
        let now = Timestamp::from_unix(0);
        for (tries, seconds) in [(0, 1), (1, 1), (2, 5), (6, 1_800), (7, 3_600), (99, 3_600)] {
            assert_eq!(again(tries, now).unix_seconds(), seconds, "after {tries} tries");
        }
    }
}
