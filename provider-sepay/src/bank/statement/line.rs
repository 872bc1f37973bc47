//! A line of the statement with the key that distinguishes it from every other line.

use payments_core::{Listed, Movement, Timestamp};
use serde_json::value::RawValue;

use super::heading::Heading;
use crate::field::row_key;

/// A line of the statement.
#[derive(Debug)]
pub(crate) struct Line<T> {
    /// What tells it apart from every other line: SePay's identifier, or the line itself.
    pub(crate) key: String,
    /// SePay's identifier, where that can be read.
    pub(crate) id: Option<String>,
    /// When it was booked, where that can be read.
    pub(crate) at: Option<Timestamp>,
    pub(crate) row: T,
}

/// A line of the statement; without an entry if no money moved, or if it was not asked for.
pub(crate) type Entry = Option<Listed<Movement>>;

/// A line as `read` reads it, with its identifier and time.
pub(crate) fn line<T>(json: &RawValue, read: impl FnOnce(&RawValue, &Heading<'_>) -> T) -> Line<T> {
    let heading = Heading::of(json);
    let id = heading.id().map(str::to_owned);
    let key = id.clone().unwrap_or_else(|| row_key(json));
    Line { key, id, at: heading.at(), row: read(json, &heading) }
}
