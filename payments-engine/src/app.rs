//! Handing over a payout in the app's own transaction.

use std::sync::mpsc;

use payments_core::{Error, ErrorKind, Timestamp};
#[cfg(any(feature = "rusqlite", feature = "sqlx-0_9"))]
use {std::future::Future, tokio::runtime::Handle};

use self::sealed::Work;
use crate::{
    journal::{Changed, Opening, change},
    shared::Shared,
    store::{Rows, StoreError},
};

/// A transaction of the app on the engine's own database.
///
/// The rows that [`Engine::submit_in`](crate::Engine::submit_in) writes through it exist exactly if
/// the app commits. `rusqlite::Transaction` on the engine's SQLite file implements it with the
/// feature `rusqlite`, and `sqlx::Transaction<Postgres>` on the engine's database with `sqlx-0_9`.
pub trait AppTransaction: sealed::Sealed {}

pub(crate) mod sealed {
    use std::future::Future;

    use tokio::runtime::Handle;

    use crate::{
        sealing::Seal,
        store::{Rows, StoreError},
    };

    type Run = dyn FnOnce(Result<&mut dyn Rows, StoreError>) + Send;

    /// Work on the rows, or on the reason why they cannot be used.
    #[expect(missing_debug_implementations, reason = "it is a function")]
    #[cfg_attr(
        not(any(feature = "rusqlite", feature = "sqlx-0_9")),
        expect(dead_code, reason = "no transaction calls it")
    )]
    pub struct Work {
        pub(crate) run: Box<Run>,
        pub(crate) seal: Seal,
    }

    /// Gives access to the engine's rows inside the app's transaction.
    pub trait Sealed {
        /// Runs `work` on the rows. If it has to wait for a transaction that is used elsewhere, it
        /// waits on a thread of `engine`.
        fn with_rows(&mut self, engine: &Handle, work: Work) -> impl Future<Output = ()>;
    }
}

#[cfg(feature = "rusqlite")]
impl AppTransaction for rusqlite::Transaction<'_> {}

#[cfg(feature = "rusqlite")]
impl sealed::Sealed for rusqlite::Transaction<'_> {
    fn with_rows(&mut self, _engine: &Handle, work: Work) -> impl Future<Output = ()> {
        (work.run)(Ok(&mut crate::store::SqliteRows::new(self, &work.seal)));
        std::future::ready(())
    }
}

#[cfg(feature = "sqlx-0_9")]
impl AppTransaction for sqlx::Transaction<'_, sqlx::Postgres> {}

#[cfg(feature = "sqlx-0_9")]
impl sealed::Sealed for sqlx::Transaction<'_, sqlx::Postgres> {
    fn with_rows(&mut self, engine: &Handle, work: Work) -> impl Future<Output = ()> {
        crate::store::with_rows(self, engine, work)
    }
}

/// Works on the rows of the engine inside the app's transaction.
pub(crate) async fn in_transaction<T: AppTransaction + ?Sized, R: Send + 'static>(
    transaction: &mut T,
    shared: &Shared,
    work: impl FnOnce(&mut dyn Rows) -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    let (done, doing) = mpsc::channel();
    let run = Box::new(move |rows: Result<&mut dyn Rows, StoreError>| {
        // The call waits for the result unless it was dropped.
        let _ = done.send(rows.and_then(work));
    });
    let work = Work { run, seal: shared.journal.seal.clone() };
    transaction.with_rows(&shared.runtime, work).await;
    doing.try_recv().unwrap_or_else(|_| Err(StoreError::NotDone("the engine ended".to_owned())))
}

/// Opens a record inside the app's transaction.
///
/// # Errors
/// Returns `Configuration` if the transaction is on another store than the engine's, from which the
/// payout would never be sent. The journal cannot be used.
pub(crate) async fn open_in<T: AppTransaction + ?Sized>(
    transaction: &mut T,
    shared: &Shared,
    opening: Opening,
    token: String,
    now: Timestamp,
) -> Result<Changed, Error> {
    let start = shared.journal.start;
    let engine = shared.journal.identity.clone();
    let reference = opening.request.payout.clone();
    let changed = in_transaction(transaction, shared, move |rows| {
        if !rows.identity()?.is_store_of(&engine) {
            return Ok(None);
        }
        let decide = |record: Option<&_>, _: &mut dyn Rows| Ok(opening.decide(record));
        change(rows, &reference, &token, now, start, decide).map(Some)
    });
    changed.await.map_err(StoreError::into_error)?.ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "the database of this transaction is not the one that the engine stores in, so the \
             payout would never be sent: begin the transaction on the engine's database, or hand \
             the payout over by submit",
        )
    })
}
