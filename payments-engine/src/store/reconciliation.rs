//! The rows of reconciliations in a store.

use payments_core::{DedupeKey, ProviderId, Timestamp, money::Money};

use super::StoreError;
use crate::{
    reconcile::{Period, ReconciliationRow, StoredRun},
    record::{CreditRecord, PayoutRecord},
};

/// The rows of reconciliations, inside a transaction.
///
/// Records are read here without a lock. Every change of a record reads it again.
pub(crate) trait ReconciliationRows {
    /// Stores a new run, and returns it with its new number; the number in `stored` is ignored. A
    /// repeated write with the same token returns the run that was stored first.
    fn begin_run(&mut self, stored: &StoredRun) -> Result<StoredRun, StoreError>;

    /// Returns a run. Until the transaction ends, no other engine changes it.
    fn run(&mut self, number: u64) -> Result<Option<StoredRun>, StoreError>;

    /// Stores the progress of a run.
    fn put_run(&mut self, stored: &StoredRun) -> Result<(), StoreError>;

    /// Returns up to `most` runs, the newest first.
    fn runs(&mut self, most: usize) -> Result<Vec<StoredRun>, StoreError>;

    /// Adds rows to a run.
    fn put_rows(&mut self, run: u64, rows: &[ReconciliationRow]) -> Result<(), StoreError>;

    /// Returns up to `most` rows of a run after a number, in the order of their numbers.
    fn rows(
        &mut self,
        run: u64,
        after: u64,
        most: usize,
    ) -> Result<Vec<ReconciliationRow>, StoreError>;

    /// Marks names for a run. Returns for each the page that had marked it before, or `None`.
    fn mark(
        &mut self,
        run: u64,
        page: u64,
        names: &[String],
    ) -> Result<Vec<Option<u64>>, StoreError>;

    /// Returns whether each of these names is marked for a run.
    fn are_marked(&mut self, run: u64, names: &[String]) -> Result<Vec<bool>, StoreError>;

    /// Removes up to `most` marks of a run, and returns how many were removed.
    fn remove_marks(&mut self, run: u64, most: usize) -> Result<usize, StoreError>;

    /// Returns the credits of a provider that have one of these keys.
    fn credits_of(
        &mut self,
        provider: &ProviderId,
        keys: &[DedupeKey],
    ) -> Result<Vec<CreditRecord>, StoreError>;

    /// Returns up to `most` credits of a provider in a period, each with its time, sorted by time
    /// and key and beginning after the given ones.
    fn credits_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, CreditRecord)>, StoreError>;

    /// Returns up to `most` payouts of a provider in a period, each with its time, sorted by time
    /// and reference and beginning after the given ones.
    fn payouts_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError>;

    /// Returns up to `most` payouts of a provider with an amount between two times, both included,
    /// each with its time, oldest first.
    fn payouts_like(
        &mut self,
        provider: &ProviderId,
        amount: Money,
        between: (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError>;
}
