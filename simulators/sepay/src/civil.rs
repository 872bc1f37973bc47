//! Civil times as SePay prints them: UTC+7, without an offset.

use jiff::{Timestamp, civil, tz};

const FORMAT: &str = "%Y-%m-%d %H:%M:%S";
const VIETNAM: tz::Offset = tz::offset(7);

/// The civil time at `unix_seconds`.
pub(super) fn at(unix_seconds: i64) -> civil::DateTime {
    // Only a clock moved beyond the year 9999 has no civil time.
    VIETNAM.to_datetime(Timestamp::from_second(unix_seconds).unwrap_or(Timestamp::MAX))
}

/// `YYYY-MM-DD HH:MM:SS` at `unix_seconds`.
pub(super) fn print(unix_seconds: i64) -> String {
    at(unix_seconds).strftime(FORMAT).to_string()
}

/// Reads `YYYY-MM-DD HH:MM:SS`; a date alone is its midnight.
pub(super) fn parse(text: &str) -> Option<i64> {
    let civil = civil::DateTime::strptime(FORMAT, text)
        .or_else(|_| civil::Date::strptime("%Y-%m-%d", text).map(civil::DateTime::from))
        .ok()?;
    VIETNAM.to_timestamp(civil).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_printed_and_read_at_utc_plus_seven() {
        assert_eq!(print(1_700_000_000), "2023-11-15 05:13:20");
        assert_eq!(parse("2023-11-15 05:13:20"), Some(1_700_000_000));
        assert_eq!(parse("2023-11-15"), parse("2023-11-15 00:00:00"));
        assert_eq!(parse("15/11/2023"), None);
    }
}
