//! What a run has accounted for. A mark is stored under a name, once in a run.

use payments_core::{DedupeKey, PayoutRef};

use crate::store::{Rows, StoreError};

/// The marks of one run.
pub(crate) struct Marks {
    run: u64,
    /// The number of the page that is worked on; 0 after the last.
    page: u64,
}

impl Marks {
    pub(crate) fn new(run: u64, page: u64) -> Self {
        Self { run, page }
    }

    /// Marks each name, and returns the number of the page that had marked it before, if one had.
    pub(crate) fn set(
        &self,
        rows: &mut dyn Rows,
        names: &[String],
    ) -> Result<Vec<Option<u64>>, StoreError> {
        rows.reconciliation().mark(self.run, self.page, names)
    }

    /// Marks a name, and returns whether it was not marked before.
    pub(crate) fn set_one(&self, rows: &mut dyn Rows, name: String) -> Result<bool, StoreError> {
        let known = self.set(rows, &[name])?;
        Ok(known.into_iter().all(|page| page.is_none()))
    }

    /// Whether each name is marked.
    pub(crate) fn are_set(
        &self,
        rows: &mut dyn Rows,
        names: &[String],
    ) -> Result<Vec<bool>, StoreError> {
        rows.reconciliation().are_marked(self.run, names)
    }
}

/// A line, by its key, and how often it was listed before on its page.
pub(crate) fn line(key: &DedupeKey, again: usize) -> String {
    match again {
        0 => format!("line {key}"),
        again => format!("again {again} {key}"),
    }
}

/// A credit of another source that a line is of.
pub(crate) fn credit(key: &DedupeKey) -> String {
    format!("credit {key}")
}

/// A line that is accounted for among the credits of another source.
pub(crate) fn pair(scope: &str, line: &DedupeKey) -> String {
    format!("pair {scope} {line}")
}

/// A payout that a line is of.
pub(crate) fn payout(payout: &PayoutRef) -> String {
    format!("payout {payout}")
}

/// A refund that a line is of.
pub(crate) fn refund(order: &payments_core::OrderRef, refund: &payments_core::RefundRef) -> String {
    format!("refund {order} {refund}")
}

/// A payout that a line is of by its amount and day alone.
pub(crate) fn guess(payout: &PayoutRef) -> String {
    format!("payout by amount {payout}")
}
