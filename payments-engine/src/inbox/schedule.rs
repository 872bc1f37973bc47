//! The schedule of confirmations, as data in one place.

use std::time::Duration;

use payments_core::Timestamp;

/// Pairs of the age of a delivery and the interval of inquiries up to that age. Older deliveries
/// are inquired about every six hours.
const CONFIRM: [(Duration, Duration); 4] = [
    (Duration::from_secs(60), Duration::from_secs(5)),
    (Duration::from_secs(10 * 60), Duration::from_secs(30)),
    (Duration::from_secs(60 * 60), Duration::from_secs(5 * 60)),
    (Duration::from_secs(24 * 60 * 60), Duration::from_secs(30 * 60)),
];

const LATER: Duration = Duration::from_secs(6 * 60 * 60);

/// How long after a buyer's return each inquiry about the order follows, while it is not final.
const ASK: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(60 * 60),
];

/// How long after a delivery was not trusted the same delivery may cause another inquiry.
pub(super) const AGAIN: Duration = Duration::from_secs(60);

/// Returns when the next inquiry about a delivery is due. Its inquiries began at `since`.
pub(super) fn confirm(since: Timestamp, now: Timestamp, not_before: Duration) -> Timestamp {
    let age = now.since(since);
    let step = CONFIRM.iter().find(|(up_to, _)| age < *up_to);
    now.plus(step.map_or(LATER, |(_, every)| *every).max(not_before))
}

/// Returns when the next inquiry about the order of a returned buyer is due, or `None` after the
/// last one.
pub(super) fn ask(tries: u32, now: Timestamp) -> Option<Timestamp> {
    let index = usize::try_from(tries.saturating_sub(1)).ok()?;
    ASK.get(index).map(|wait| now.plus(*wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_delivery_is_asked_about_less_often_and_not_before_the_provider_says() {
        let since = Timestamp::from_unix(0);
        for (age, every) in [(0, 5), (60, 30), (600, 300), (3_600, 1_800), (86_400, 21_600)] {
            let now = Timestamp::from_unix(age);
            let next = confirm(since, now, Duration::ZERO);
            assert_eq!(next.since(now), Duration::from_secs(every), "at {age} s");
        }
        let later = confirm(since, since, Duration::from_secs(90));
        assert_eq!(later.since(since), Duration::from_secs(90));
    }

    #[test]
    fn a_buyer_that_came_back_is_asked_about_a_few_times() {
        let now = Timestamp::from_unix(0);
        assert_eq!(ask(1, now), Some(Timestamp::from_unix(5)));
        assert_eq!(ask(4, now), Some(Timestamp::from_unix(3_600)));
        assert_eq!(ask(5, now), None);
    }
}
