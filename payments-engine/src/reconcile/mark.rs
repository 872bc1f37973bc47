//! Marks: the lines and records that a run has accounted for. Each name is marked at most once in a
//! run.

use payments_core::{DedupeKey, PayoutRef};

use crate::store::{Rows, StoreError};

/// The marks of one run.
pub(crate) struct Marks {
    run: u64,
    /// The number of the current page; 0 after the last one.
    page: u64,
}

impl Marks {
    pub(crate) fn new(run: u64, page: u64) -> Self {
        Self { run, page }
    }

    /// Marks each name. Returns for each the number of the page that had marked it before, or
    /// `None`.
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

    /// Returns whether each name is marked.
    pub(crate) fn are_set(
        &self,
        rows: &mut dyn Rows,
        names: &[String],
    ) -> Result<Vec<bool>, StoreError> {
        rows.reconciliation().are_marked(self.run, names)
    }
}

/// Returns the name of a line: its key, and how often the key was listed before on its page.
pub(crate) fn line(key: &DedupeKey, again: usize) -> String {
    match again {
        0 => format!("line {key}"),
        again => format!("again {again} {key}"),
    }
}

/// Returns the name of a credit of another source that is matched with a line.
pub(crate) fn credit(key: &DedupeKey) -> String {
    format!("credit {key}")
}

/// Returns the name of a line that is matched with a credit of another source.
pub(crate) fn pair(scope: &str, line: &DedupeKey) -> String {
    format!("pair {scope} {line}")
}

/// Returns the name of a payout that is matched with a line.
pub(crate) fn payout(payout: &PayoutRef) -> String {
    format!("payout {payout}")
}

/// Returns the name of a refund that is matched with a line.
pub(crate) fn refund(order: &payments_core::OrderRef, refund: &payments_core::RefundRef) -> String {
    format!("refund {order} {refund}")
}

/// Returns the name of a payout that is matched with a line only by its amount and day.
pub(crate) fn guess(payout: &PayoutRef) -> String {
    format!("payout by amount {payout}")
}
