//! Civil times at UTC+7, the only offset in Vietnam.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

const VIETNAM: Offset = Offset::constant(7);
const VIETNAM_SECONDS: i64 = 7 * 3600;
const DAY: i64 = 24 * 3600;

/// `yyyyMMddHHmmss`, as HPay numbers its name checks.
pub(crate) fn timestamp(unix_seconds: i64) -> String {
    format("%Y%m%d%H%M%S", unix_seconds)
}

/// A time as people read it, to the minute.
pub(crate) fn readable(unix_seconds: i64) -> String {
    format("%d/%m/%Y %H:%M", unix_seconds)
}

/// Reads a checkout link's `time_limit`: `dd/mm/yyyy,hh:ii` on a 24-hour clock.
pub(crate) fn time_limit(text: &str) -> Option<i64> {
    let civil = DateTime::strptime("%d/%m/%Y,%H:%M", text).ok()?;
    VIETNAM.to_timestamp(civil).ok().map(Timestamp::as_second)
}

/// The first second of the day before the one that `unix_seconds` falls in.
pub(crate) fn start_of_yesterday(unix_seconds: i64) -> i64 {
    let day = unix_seconds.saturating_add(VIETNAM_SECONDS).div_euclid(DAY);
    day.saturating_sub(1).saturating_mul(DAY).saturating_sub(VIETNAM_SECONDS)
}

fn format(layout: &str, unix_seconds: i64) -> String {
    let instant = Timestamp::from_second(unix_seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    VIETNAM.to_datetime(instant).strftime(layout).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_is_read_at_utc_plus_seven() {
        assert_eq!(time_limit("16/11/2024,14:07"), Some(1_731_740_820));
        assert_eq!(time_limit("2024-11-16 14:07"), None);
        assert_eq!(readable(1_731_740_820), "16/11/2024 14:07");
        assert_eq!(timestamp(1_731_740_821), "20241116140701");
    }

    #[test]
    fn yesterday_begins_at_midnight_in_vietnam() {
        // 16 November 2024, 00:30 in Vietnam is still the 15th in UTC.
        assert_eq!(start_of_yesterday(1_731_691_800), 1_731_603_600);
    }
}
