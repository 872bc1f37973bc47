//! The schedule of inquiries about open payouts, as data in one place.

use std::time::Duration;

use payments_core::Timestamp;

/// How long claimed work is reserved for the worker that claimed it.
pub(crate) const LEASE: Duration = Duration::from_secs(120);

/// How long after an instruction the first inquiry about its payout is sent.
pub(crate) const FIRST: Duration = Duration::from_secs(5);

/// How long after an instruction about a payment was recorded the engine first checks whether it was
/// sent. Its call has ended by then, unless the limits of its provider are longer.
pub(crate) const UNSENT: Duration = Duration::from_secs(90);

/// Pairs of the age of a permit and the interval of inquiries up to that age. Later inquiries are
/// sent every six hours.
const STEPS: [(Duration, Duration); 4] = [
    (Duration::from_secs(60), Duration::from_secs(5)),
    (Duration::from_secs(10 * 60), Duration::from_secs(30)),
    (Duration::from_secs(60 * 60), Duration::from_secs(5 * 60)),
    (Duration::from_secs(24 * 60 * 60), Duration::from_secs(30 * 60)),
];

const LATER: Duration = Duration::from_secs(6 * 60 * 60);

/// Pairs of the age of an open payment and the interval of inquiries up to that age, in case a
/// notification was lost. The intervals are long, because buyers abandon most of the payments that
/// stay open.
const AWAITED: [(Duration, Duration); 3] = [
    (Duration::from_secs(10 * 60), Duration::from_secs(2 * 60)),
    (Duration::from_secs(60 * 60), Duration::from_secs(10 * 60)),
    (Duration::from_secs(24 * 60 * 60), Duration::from_secs(2 * 60 * 60)),
];

/// The interval after the first day.
const AWAITED_LATER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long inquiries are sent about an open payment, unless its provider sets a shorter window.
pub(crate) const AWAITED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest wait, in seconds, before a payout that could not be sent is tried again.
const LONGEST_BACKOFF: u64 = 60;

/// Returns when the next inquiry about a payout is due. Its permit was taken at `since`.
pub(crate) fn next(since: Timestamp, now: Timestamp) -> Timestamp {
    let age = now.since(since);
    let step = STEPS.iter().find(|(up_to, _)| age < *up_to);
    now.plus(step.map_or(LATER, |(_, every)| *every))
}

/// Returns when the next inquiry about an unpaid payment is due. It was opened at `since`.
pub(crate) fn awaited(since: Timestamp, now: Timestamp) -> Timestamp {
    let age = now.since(since);
    let step = AWAITED.iter().find(|(up_to, _)| age < *up_to);
    now.plus(step.map_or(AWAITED_LATER, |(_, every)| *every))
}

/// Returns when a payout that could not be sent is tried again: after 1 s, 2 s, 4 s and so on, up
/// to a minute.
pub(crate) fn again(tries: u32, now: Timestamp) -> Timestamp {
    let seconds = 1_u64.checked_shl(tries.saturating_sub(1)).unwrap_or(LONGEST_BACKOFF);
    now.plus(Duration::from_secs(seconds.clamp(1, LONGEST_BACKOFF)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_payout_is_asked_about_less_often() {
        let since = Timestamp::from_unix(0);
        for (age, every) in
            [(0, 5), (59, 5), (60, 30), (600, 300), (3_600, 1_800), (86_400, 21_600)]
        {
            let now = Timestamp::from_unix(age);
            assert_eq!(next(since, now).since(now), Duration::from_secs(every), "at {age} s");
        }
    }

    #[test]
    fn an_open_payment_is_asked_about_seldom_and_ever_less_often() {
        let since = Timestamp::from_unix(0);
        for (age, every) in [(0, 120), (600, 600), (3_600, 7_200), (86_400, 86_400)] {
            let now = Timestamp::from_unix(age);
            assert_eq!(awaited(since, now).since(now), Duration::from_secs(every), "at {age} s");
        }
    }

    #[test]
    fn a_send_that_fails_waits_longer_each_time() {
        let now = Timestamp::from_unix(0);
        for (tries, seconds) in [(0, 1), (1, 1), (2, 2), (6, 32), (7, 60), (64, 60), (u32::MAX, 60)]
        {
            assert_eq!(again(tries, now).unix_seconds(), seconds, "after {tries} tries");
        }
    }
}
