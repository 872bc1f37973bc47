//! Times as payOS writes them.

use jiff::{Timestamp, tz::Offset};

/// Vietnam's time.
const VIETNAM: Offset = Offset::constant(7);

/// Vietnam's time without a zone, as webhooks have it.
pub(crate) fn plain(unix_seconds: i64) -> String {
    written(unix_seconds, "%Y-%m-%d %H:%M:%S")
}

/// Vietnam's time with its zone, as found links have it.
pub(crate) fn zoned(unix_seconds: i64) -> String {
    written(unix_seconds, "%Y-%m-%dT%H:%M:%S+07:00")
}

fn written(unix_seconds: i64, form: &str) -> String {
    let moment = Timestamp::from_second(unix_seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    VIETNAM.to_datetime(moment).strftime(form).to_string()
}
