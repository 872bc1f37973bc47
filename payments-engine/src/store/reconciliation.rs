//! What a store keeps of reconciliations.

use payments_core::{DedupeKey, ProviderId, Timestamp, money::Money};

use super::StoreError;
use crate::{
    reconcile::{Period, ReconciliationRow, StoredRun},
    record::{CreditRecord, PayoutRecord},
};

/// The rows of reconciliations, inside a transaction.
///
/// Records are read without a lock here: what is changed of them is read again by what changes it.
pub(crate) trait ReconciliationRows {
    /// Stores a new run and returns it with its number, whatever number it has. The run that a repeated
    /// write with its token stored is returned as it is.
    fn begin_run(&mut self, stored: &StoredRun) -> Result<StoredRun, StoreError>;

    /// A run. Until the transaction ends, no other engine changes it.
    fn run(&mut self, number: u64) -> Result<Option<StoredRun>, StoreError>;

    /// Stores how far a run is.
    fn put_run(&mut self, stored: &StoredRun) -> Result<(), StoreError>;

    /// The newest runs, the newest first, up to `most`.
    fn runs(&mut self, most: usize) -> Result<Vec<StoredRun>, StoreError>;

    /// Adds rows to a run.
    fn put_rows(&mut self, run: u64, rows: &[ReconciliationRow]) -> Result<(), StoreError>;

    /// The rows of a run after a number, in the order of their numbers, up to `most`.
    fn rows(
        &mut self,
        run: u64,
        after: u64,
        most: usize,
    ) -> Result<Vec<ReconciliationRow>, StoreError>;

    /// Marks names for a run, and returns for each the page that had marked it before, if one had.
    fn mark(
        &mut self,
        run: u64,
        page: u64,
        names: &[String],
    ) -> Result<Vec<Option<u64>>, StoreError>;

    /// Whether each of these names is marked for a run.
    fn are_marked(&mut self, run: u64, names: &[String]) -> Result<Vec<bool>, StoreError>;

    /// Removes up to `most` marks of a run, and returns how many were removed.
    fn remove_marks(&mut self, run: u64, most: usize) -> Result<usize, StoreError>;

    /// The credits of a provider that have one of these keys.
    fn credits_of(
        &mut self,
        provider: &ProviderId,
        keys: &[DedupeKey],
    ) -> Result<Vec<CreditRecord>, StoreError>;

    /// The credits of a provider in a period after a time and key, in this order, each with its time,
    /// up to `most`.
    fn credits_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, CreditRecord)>, StoreError>;

    /// The payouts of a provider in a period after a time and reference, in this order, each with its
    /// time, up to `most`.
    fn payouts_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError>;

    /// The payouts of a provider of an amount between two times, both included, each with its time,
    /// oldest first, up to `most`.
    fn payouts_like(
        &mut self,
        provider: &ProviderId,
        amount: Money,
        between: (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError>;
}
