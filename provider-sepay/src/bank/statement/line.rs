//! A line of the statement with the key that distinguishes it from every other line.

use payments_core::{Listed, Movement, Timestamp};
use serde_json::value::RawValue;

use super::heading::Heading;
use crate::field::row_key;

/// A line of the statement.
#[derive(Debug)]
pub(crate) struct Line<T> {
    /// The key that distinguishes the line from every other: SePay's id, or the text of the line
    /// itself.
    pub(crate) key: String,
    /// SePay's id of the line, if it can be read.
    pub(crate) id: Option<String>,
    /// The time of the booking, if it can be read.
    pub(crate) at: Option<Timestamp>,
    pub(crate) row: T,
}

/// A line of the statement. `None` if no money moved or if the filter excludes the line.
pub(crate) type Entry = Option<Listed<Movement>>;

/// Creates a line with the result of `read`, and with its id and time.
pub(crate) fn line<T>(json: &RawValue, read: impl FnOnce(&RawValue, &Heading<'_>) -> T) -> Line<T> {
    let heading = Heading::of(json);
    let id = heading.id().map(str::to_owned);
    let key = id.clone().unwrap_or_else(|| row_key(json));
    Line { key, id, at: heading.at(), row: read(json, &heading) }
}
