//! The app's own transaction, in which it can hand over a payout.

use payments_core::{PayoutRef, Timestamp};

use crate::{
    journal::{Changed, Opening, change},
    sealing::Seal,
    shared::Shared,
    store::{Rows, StoreError},
};

/// A transaction of the app on the database that the engine stores in.
///
/// What [`Engine::submit_in`](crate::Engine::submit_in) writes through it is there exactly if the
/// app commits. With the feature `rusqlite` it is implemented for `rusqlite::Transaction` on the
/// engine's SQLite file.
pub trait AppTransaction: sealed::Sealed {}

pub(crate) mod sealed {
    /// The rows of the engine inside the app's transaction.
    pub trait Sealed {
        /// Runs `work` on them.
        #[expect(private_interfaces, reason = "only this crate implements and calls it")]
        fn with_rows(&mut self, seal: &super::Seal, work: &mut dyn FnMut(&mut dyn super::Rows));
    }
}

#[cfg(feature = "rusqlite")]
impl AppTransaction for rusqlite::Transaction<'_> {}

#[cfg(feature = "rusqlite")]
impl sealed::Sealed for rusqlite::Transaction<'_> {
    #[expect(private_interfaces, reason = "only this crate implements and calls it")]
    fn with_rows(&mut self, seal: &Seal, work: &mut dyn FnMut(&mut dyn Rows)) {
        work(&mut crate::store::SqliteRows::new(self, seal));
    }
}

/// Works on the rows of the engine inside the app's transaction.
pub(crate) async fn in_transaction<T: AppTransaction + ?Sized, R: Send + 'static>(
    transaction: &mut T,
    shared: &Shared,
    mut work: impl FnMut(&mut dyn Rows) -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    let mut result = Err(StoreError::NotDone("the transaction is not open".to_owned()));
    transaction.with_rows(&shared.journal.seal, &mut |rows| result = work(rows));
    result
}

/// Opens a record inside the app's transaction.
pub(crate) fn open_in<T: AppTransaction + ?Sized>(
    transaction: &mut T,
    seal: &Seal,
    opening: &Opening,
    token: &str,
    now: Timestamp,
    start: u64,
) -> Result<Changed, StoreError> {
    let reference: &PayoutRef = &opening.request.payout;
    let mut result = Err(StoreError::NotDone("the transaction was not used".to_owned()));
    transaction.with_rows(seal, &mut |rows| {
        result = change(rows, reference, token, now, start, |record, _| Ok(opening.decide(record)));
    });
    result
}
