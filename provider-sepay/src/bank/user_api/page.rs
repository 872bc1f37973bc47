//! A page of a list.

use payments_core::Listed;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows of the page, including those that could not be read.
    pub rows: Vec<Listed<T>>,
    /// Whether another page follows.
    pub more: bool,
    /// The number of rows on all pages. `None` if SePay does not report it.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    pub(crate) fn new(rows: Vec<Listed<T>>, more: bool, total: Option<u64>) -> Self {
        Self { rows, more, total }
    }
}
