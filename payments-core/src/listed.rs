//! Rows of a provider's list, including those that cannot be read.

use std::fmt;

use serde::Serialize;

use crate::{Error, ErrorKind, raw::Raw};

/// One row of a list: its content, or a report that it could not be read.
///
/// A malformed row neither fails the list nor disappears from it: the other rows are returned, and
/// the malformed one is in its place as [`Unreadable`](Self::Unreadable). A malformed row may
/// report money, so a person has to look at it. This enum is exhaustive on purpose, so that every
/// caller handles both variants.
///
/// ```
/// use payments_core::{Listed, Movement};
///
/// fn reconcile(entry: Listed<Movement>) {
///     match entry {
///         Listed::Read(movement) => println!("book {}", movement.amount),
///         Listed::Unreadable(row) => println!("open a case for a person: {row}"),
///     }
/// }
/// # let _ = reconcile;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed<T> {
    /// The content of the row.
    Read(T),
    /// A row that could not be read. A person has to look at it.
    Unreadable(UnreadableRow),
}

/// A row of a list that could not be read.
///
/// `Display`, `Debug` and the serialised form never show the row's content, which may contain
/// personal data; [`raw`](Self::raw) contains it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnreadableRow {
    /// The gateway's identifier of the row, if it could be read. It is the same each time that the
    /// row is listed, so use it to avoid opening a second case for the same row.
    pub id: Option<String>,
    /// The field that could not be read, if known, and the reason. It does not include the field's
    /// value.
    pub detail: String,
    /// The row as the gateway sent it.
    #[serde(skip)]
    pub raw: Raw,
}

impl<T> Listed<T> {
    /// Returns the content of the row, for a computation that needs every row.
    ///
    /// # Errors
    /// Returns the [`UnreadableRow`] if the row could not be read.
    #[expect(clippy::result_large_err, reason = "the caller keeps the row, so it is moved once")]
    pub fn into_result(self) -> Result<T, UnreadableRow> {
        match self {
            Self::Read(row) => Ok(row),
            Self::Unreadable(row) => Err(row),
        }
    }

    /// Returns the content of all rows, for a caller that needs every one of them.
    ///
    /// # Errors
    /// Returns the first row that could not be read.
    #[expect(clippy::result_large_err, reason = "the caller keeps the row, so it is moved once")]
    pub fn all(rows: impl IntoIterator<Item = Self>) -> Result<Vec<T>, UnreadableRow> {
        rows.into_iter().map(Self::into_result).collect()
    }

    /// Returns a reference to the content of the row.
    ///
    /// # Errors
    /// Returns the [`UnreadableRow`] if the row could not be read.
    pub fn as_result(&self) -> Result<&T, &UnreadableRow> {
        match self {
            Self::Read(row) => Ok(row),
            Self::Unreadable(row) => Err(row),
        }
    }

    /// Converts the content of a row with `change`. An unreadable row is returned unchanged.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Listed<U> {
        match self {
            Self::Read(row) => Listed::Read(change(row)),
            Self::Unreadable(row) => Listed::Unreadable(row),
        }
    }
}

impl<T> From<T> for Listed<T> {
    fn from(row: T) -> Self {
        Self::Read(row)
    }
}

impl UnreadableRow {
    /// Creates a report of a row that could not be read. `detail` is the reason; it must not repeat
    /// the row's values.
    pub fn new(detail: impl Into<String>) -> Self {
        Self { id: None, detail: detail.into(), raw: Raw::default() }
    }

    /// Sets the gateway's identifier of the row.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the row as the provider sent it.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Returns a `Malformed` error about this row, for a call that needs it.
    pub fn into_error(self, operation: &'static str) -> Error {
        Error::new(ErrorKind::Malformed, self.to_string()).with_operation(operation)
    }
}

impl fmt::Display for UnreadableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "the row {id:?} cannot be read: {}", self.detail),
            None => write!(f, "a row without an identifier cannot be read: {}", self.detail),
        }
    }
}

impl fmt::Debug for UnreadableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreadableRow")
            .field("id", &self.id)
            .field("detail", &self.detail)
            .field("raw", &self.raw)
            .finish()
    }
}

impl std::error::Error for UnreadableRow {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_row_shows_its_identifier_and_reason_and_never_its_content() {
        let row = UnreadableRow::new("`amount` is not an amount")
            .with_id("92704")
            .with_raw(Raw::new("NGUYEN VAN A 0912"));
        let listed = Listed::<u8>::Unreadable(row.clone());
        let json = serde_json::to_string(&listed).unwrap();
        assert_eq!(json, r#"{"unreadable":{"id":"92704","detail":"`amount` is not an amount"}}"#);
        for shown in [row.to_string(), format!("{row:?}"), format!("{listed:?}"), json] {
            assert!(shown.contains("92704") && !shown.contains("NGUYEN"), "{shown}");
        }
        assert_eq!(row.clone().into_error("entries").kind(), ErrorKind::Malformed);
        assert_eq!(row.raw.as_bytes(), b"NGUYEN VAN A 0912");
    }

    #[test]
    fn a_row_is_read_or_reported_and_map_changes_only_what_was_read() {
        let read = Listed::from(2).map(|number| number * 2);
        assert_eq!(read.as_result(), Ok(&4));
        let unreadable = Listed::<i32>::Unreadable(UnreadableRow::new("x")).map(|_| 0);
        assert_eq!(unreadable.into_result(), Err(UnreadableRow::new("x")));
        assert_eq!(Listed::all([Listed::Read(1), Listed::Read(2)]), Ok(vec![1, 2]));
        let rows = [Listed::Read(1), Listed::Unreadable(UnreadableRow::new("x"))];
        assert_eq!(Listed::all(rows), Err(UnreadableRow::new("x")));
    }
}
