//! The tables of HPay's API reference, as data: banks, payment methods, error codes.
//!
//! The files and their sources are listed in `data/README.md`.

mod banks;
mod codes;
mod methods;

pub(crate) use banks::Banks;
pub(crate) use codes::{Class, Service};
pub(crate) use methods::{MethodKind, method_kind, takes_group};

#[cfg(test)]
mod tests;

/// A row of a table: cells between tabs.
#[derive(Clone, Copy)]
struct Row(&'static str);

impl Row {
    fn cell(self, column: usize) -> &'static str {
        self.0.split('\t').nth(column).unwrap_or_default()
    }
}

/// The first row, below the header, with `key` in `column`.
fn find(table: &'static str, column: usize, key: &str) -> Option<Row> {
    table.lines().skip(1).map(Row).find(|row| row.cell(column) == key)
}
