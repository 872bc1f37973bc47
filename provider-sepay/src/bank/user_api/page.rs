//! A page of a list.

use payments_core::Listed;

/// Some rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows, including those that could not be read.
    pub rows: Vec<Listed<T>>,
    /// Whether another page follows.
    pub more: bool,
    /// How many rows there are on all pages, where SePay says so.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    pub(crate) fn new(rows: Vec<Listed<T>>, more: bool, total: Option<u64>) -> Self {
        Self { rows, more, total }
    }
}
