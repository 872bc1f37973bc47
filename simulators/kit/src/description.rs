//! The description of a running simulator for a page or a terminal.

use serde::Serialize;

/// A table with a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

/// One row: a label, its value, and a remark that may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// The label of the value.
    pub label: String,
    /// The value, ready to be copied.
    pub value: String,
    /// A remark. It may be empty.
    pub note: String,
}

impl Section {
    /// Creates a table without rows.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), rows: Vec::new() }
    }

    /// Adds a row.
    #[must_use]
    pub fn with_row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    /// Adds rows.
    #[must_use]
    pub fn with_rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }
}

impl Row {
    /// Creates a row without a remark.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), note: String::new() }
    }

    /// Sets the remark.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}
