//! Runs a handler for one change.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use tokio::task::AbortHandle;

use super::{AppDatabase, Handler, HandlerError, database::Interrupter, handler::RUNNING};
use crate::{
    app::{AppTransaction, in_transaction},
    change::{Change, Subject},
    seeded::Seeded,
    shared::Shared,
    sink::Sink,
    store::{Claim, Due, Rows, StoreError, StoreIdentity},
};

/// A handler and its database, whatever their types.
#[async_trait(?Send)]
pub(crate) trait RunsHandler: Send + Sync {
    /// Runs the handler for a due change.
    async fn run(&self, job: &Job) -> Outcome;

    /// Returns the identity of the store in the handler's database, or `None` if that does not
    /// matter.
    ///
    /// # Errors
    /// The database cannot be used.
    async fn store(&self, shared: &Arc<Shared>) -> Result<Option<StoreIdentity>, String>;
}

/// A change that is due to a handler.
pub(crate) struct Job {
    pub(super) handler: String,
    pub(super) subject: Subject,
    pub(super) claim: Claim,
    pub(super) within: Duration,
    pub(super) shared: Arc<Shared>,
    /// Interrupts a statement that the handler runs for too long.
    pub(super) watch: Mutex<Option<AbortHandle>>,
}

/// The result of a due change.
pub(crate) enum Outcome {
    /// The change was handled, and marked so.
    Handled,
    /// There was nothing to do, or another worker did it.
    Nothing,
    /// The handler failed, at this revision of the record.
    Failed { why: String, revision: u64 },
}

/// A due change, and the revision that was handled before.
struct Prepared {
    change: Change,
    handled: u64,
}

/// A handler whose database is the engine's. The mark that a change is handled is part of the
/// handler's transaction.
pub(crate) struct ExactlyOnce<D, H> {
    pub(crate) database: D,
    pub(crate) handler: H,
}

/// A handler with another database. After a crash between its commit and the mark, it is called
/// again.
pub(crate) struct AtLeastOnce<D, H> {
    pub(crate) database: D,
    pub(crate) handler: H,
}

/// A sink. After a crash before the mark, a change is sent again.
pub(crate) struct ToSink<S>(pub(crate) S);

#[async_trait(?Send)]
impl<D, H> RunsHandler for ExactlyOnce<D, H>
where
    D: AppDatabase,
    D::Transaction: AppTransaction,
    H: Handler<D::Transaction>,
{
    async fn run(&self, job: &Job) -> Outcome {
        if job.shared.is_seeded(Seeded::MarksHandledInASecondTransaction) {
            return run_and_mark(&self.database, &self.handler, job).await;
        }
        let mut transaction = match self.database.begin().await {
            Ok(transaction) => transaction,
            Err(error) => return failed(&error, 0),
        };
        job.interrupt_by(self.database.interrupter(&transaction));
        let ran = self.run_in(job, &mut transaction).await;
        job.interrupt_by(None);
        match ran {
            Ok(true) => match self.database.commit(transaction).await {
                Ok(()) => Outcome::Handled,
                // If it was committed after all, the next run finds the mark.
                Err(error) => failed(&error, 0),
            },
            Ok(false) => {
                self.database.discard(transaction).await;
                job.nothing().await
            }
            Err(outcome) => {
                self.database.discard(transaction).await;
                outcome
            }
        }
    }

    async fn store(&self, shared: &Arc<Shared>) -> Result<Option<StoreIdentity>, String> {
        let mut transaction = self.database.begin().await.map_err(|error| error.to_string())?;
        let identity = in_transaction(&mut transaction, shared, |rows| rows.identity()).await;
        self.database.discard(transaction).await;
        identity.map(Some).map_err(|error| error.to_string())
    }
}

impl<D, H> ExactlyOnce<D, H>
where
    D: AppDatabase,
    D::Transaction: AppTransaction,
    H: Handler<D::Transaction>,
{
    /// Runs the handler inside its transaction, and marks the change as handled in it. Returns
    /// false if there is nothing to do.
    async fn run_in(&self, job: &Job, transaction: &mut D::Transaction) -> Result<bool, Outcome> {
        let (handler, subject) = (job.handler.clone(), job.subject.clone());
        let prepared =
            in_transaction(transaction, &job.shared, move |rows| prepare(rows, &handler, &subject));
        let prepared = prepared.await.map_err(|error| failed(&error, 0))?;
        let Some(Prepared { change, handled }) = prepared else { return Ok(false) };
        let revision = change.revision();
        let change = job.shared.seeded_change(&job.claim.subject, change);
        call(&self.handler, job, &change, transaction)
            .await
            .map_err(|error| failed(&error, revision))?;
        let mark = job.mark(handled, revision);
        in_transaction(transaction, &job.shared, mark)
            .await
            .map_err(|error| failed(&error, revision))
    }
}

#[async_trait(?Send)]
impl<D: AppDatabase, H: Handler<D::Transaction>> RunsHandler for AtLeastOnce<D, H> {
    async fn run(&self, job: &Job) -> Outcome {
        run_and_mark(&self.database, &self.handler, job).await
    }

    async fn store(&self, _: &Arc<Shared>) -> Result<Option<StoreIdentity>, String> {
        Ok(None)
    }
}

#[async_trait(?Send)]
impl<S: Sink> RunsHandler for ToSink<S> {
    async fn run(&self, job: &Job) -> Outcome {
        and_mark(job, async |change| within(job, self.0.send(change)).await).await
    }

    async fn store(&self, _: &Arc<Shared>) -> Result<Option<StoreIdentity>, String> {
        Ok(None)
    }
}

/// Runs a handler in its transaction, and marks the change as handled in a transaction of the
/// engine.
async fn run_and_mark<D: AppDatabase>(
    database: &D,
    handler: &impl Handler<D::Transaction>,
    job: &Job,
) -> Outcome {
    let handle = async |change: &Change| {
        let mut transaction = database.begin().await?;
        job.interrupt_by(database.interrupter(&transaction));
        let called = call(handler, job, change, &mut transaction).await;
        job.interrupt_by(None);
        if let Err(error) = called {
            database.discard(transaction).await;
            return Err(error);
        }
        database.commit(transaction).await
    };
    and_mark(job, handle).await
}

/// Handles a due change, and marks it as handled afterwards.
async fn and_mark(
    job: &Job,
    handle: impl AsyncFnOnce(&Change) -> Result<(), HandlerError>,
) -> Outcome {
    let store = &job.shared.journal.store;
    let (name, subject) = (job.handler.clone(), job.subject.clone());
    let prepared = match store.run(move |backend| prepare(backend, &name, &subject)).await {
        Ok(prepared) => prepared,
        Err(error) => return failed(&error, 0),
    };
    let Some(Prepared { change, handled }) = prepared else { return job.nothing().await };
    let revision = change.revision();
    if let Err(error) = handle(&change).await {
        return failed(&error, revision);
    }
    let mut mark = job.mark(handled, revision);
    match store.run(move |backend| mark(backend)).await {
        Ok(_) => Outcome::Handled,
        Err(error) => failed(&error, revision),
    }
}

/// Returns the change that is due to a handler, or `None` if the handler has handled the present
/// record.
fn prepare(
    rows: &mut dyn Rows,
    handler: &str,
    subject: &Subject,
) -> Result<Option<Prepared>, StoreError> {
    let handled = rows.handling().handled(handler, &subject.to_string())?;
    let change = Change::of(rows, subject)?.filter(|change| change.revision() > handled);
    Ok(change.map(|change| Prepared { change, handled }))
}

/// Calls a handler, within its time limit.
async fn call<Tx>(
    handler: &impl Handler<Tx>,
    job: &Job,
    change: &Change,
    transaction: &mut Tx,
) -> Result<(), HandlerError> {
    within(job, handler.on_change(change, transaction)).await
}

/// Waits for the future of a handler or a sink, up to the time limit. A panic becomes an error.
async fn within(
    job: &Job,
    doing: impl Future<Output = Result<(), HandlerError>>,
) -> Result<(), HandlerError> {
    let begun = Instant::now();
    let caught = AssertUnwindSafe(RUNNING.scope(job.handler.clone(), doing)).catch_unwind();
    let done = tokio::time::timeout(job.within, caught).await;
    let took_too_long =
        || HandlerError::new(format!("it took longer than {} ms", job.within.as_millis()));
    match done {
        Err(_) => Err(took_too_long()),
        Ok(Err(panic)) => Err(HandlerError::new(format!("it panicked: {}", text_of(&*panic)))),
        Ok(Ok(Err(error))) => Err(error),
        Ok(Ok(Ok(()))) if begun.elapsed() > job.within => Err(took_too_long()),
        Ok(Ok(Ok(()))) => Ok(()),
    }
}

/// Returns the message of a panic.
fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

fn failed(why: &dyn std::fmt::Display, revision: u64) -> Outcome {
    Outcome::Failed { why: why.to_string(), revision }
}

impl Job {
    /// Marks a revision as handled. If another worker marked it meanwhile, the handler's writes
    /// have to be discarded.
    fn mark(
        &self,
        before: u64,
        revision: u64,
    ) -> impl FnMut(&mut dyn Rows) -> Result<bool, StoreError> + Send + use<> {
        let (handler, subject) = (self.handler.clone(), self.subject.to_string());
        let claim = self.claim.clone();
        move |rows| {
            let is_marked = rows.handling().set_handled(&handler, &subject, before, revision)?;
            if is_marked {
                // If there is a later change, the work stays due.
                rows.set_due(&claim, Due::Never)?;
            }
            Ok(is_marked)
        }
    }

    /// Completes work in which there was nothing to do.
    async fn nothing(&self) -> Outcome {
        match self.shared.set_due(&self.claim, Due::Never).await {
            Ok(()) => Outcome::Nothing,
            Err(error) => failed(&error, 0),
        }
    }

    /// Interrupts a statement that runs for too long, from another thread: the handler's own thread
    /// waits for the statement.
    fn interrupt_by(&self, interrupter: Option<Interrupter>) {
        let within = self.within;
        let watch = interrupter.map(|interrupt| {
            let watching = async move {
                tokio::time::sleep(within).await;
                interrupt();
            };
            self.shared.runtime.spawn(watching).abort_handle()
        });
        let mut current = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = std::mem::replace(&mut *current, watch) {
            earlier.abort();
        }
    }
}
