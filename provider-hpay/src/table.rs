//! The tables of HPay's API reference as data: one row per line, with its cells separated by tabs.
//!
//! The files and their sources are listed in `data/README.md`.

/// A row of a table, with cells separated by tabs.
#[derive(Clone, Copy)]
pub(crate) struct Row(&'static str);

impl Row {
    /// Returns the cell in a column, counted from 0. A missing cell is empty.
    pub(crate) fn cell(self, column: usize) -> &'static str {
        self.0.split('\t').nth(column).unwrap_or_default()
    }
}

/// Returns the rows below the header.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = Row> {
    table.lines().skip(1).map(Row)
}

/// Returns the first row below the header that has `key` in `column`.
pub(crate) fn find(table: &'static str, column: usize, key: &str) -> Option<Row> {
    rows(table).find(|row| row.cell(column) == key)
}
