//! The clock by which a write that comes too late is detected.

use std::time::Duration;

/// A point in time on the boot clock: the time since the machine started, including the time for
/// which it was suspended.
///
/// No process can set this clock, and it continues while the process is stopped or the machine is
/// suspended. On Linux and Android it is `CLOCK_BOOTTIME`, and points of several processes can be
/// compared. On other systems it is the monotonic clock of [`std::time::Instant`], counted from its
/// first use in this process. Its points then have no meaning outside the process, and whether it
/// counts the time of a suspended machine depends on the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootInstant(Duration);

impl BootInstant {
    /// Returns the current time of the boot clock.
    pub fn now() -> Self {
        Self(since_boot())
    }

    /// Returns the point `after` this one, or the latest that can be represented.
    #[must_use]
    pub fn saturating_add(self, after: Duration) -> Self {
        Self(self.0.saturating_add(after))
    }

    /// Returns the time from this point until `later`, or zero if `later` is not later.
    pub fn until(self, later: Self) -> Duration {
        later.0.saturating_sub(self.0)
    }

    /// Creates the point at this time since the machine started.
    pub const fn from_since_boot(time: Duration) -> Self {
        Self(time)
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn since_boot() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    // The kernel returns no negative seconds and less than a second of nanoseconds.
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(now.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn since_boot() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boot_clock_does_not_go_back() {
        let first = BootInstant::now();
        let second = BootInstant::now();
        assert!(first <= second, "{first:?} then {second:?}");
    }

    #[test]
    fn the_time_until_an_earlier_point_is_zero() {
        let early = BootInstant::from_since_boot(Duration::from_secs(5));
        let late = early.saturating_add(Duration::from_secs(2));
        assert_eq!(early.until(late), Duration::from_secs(2));
        assert_eq!(late.until(early), Duration::ZERO);
        let never = late.saturating_add(Duration::MAX);
        assert_eq!(never, BootInstant::from_since_boot(Duration::MAX));
    }
}
