//! The engine's rows inside a transaction of the app, which runs on the app's own runtime.

use std::sync::mpsc;

use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::{
    connection::{keeps_commits, not_done},
    rows::{Session, Work, work},
};
use crate::{app, sealing::Seal, store::StoreError};

/// Runs `work` on the rows. It waits on a thread of the engine while its statements run here.
pub(crate) async fn with_rows(
    connection: &mut PgConnection,
    engine: &Handle,
    work: app::sealed::Work,
) {
    let (statements, mut receiving) = unbounded_channel::<Statement>();
    let working = engine.spawn_blocking(move || {
        let app::sealed::Work { run, seal } = work;
        let mut session = AppSession { statements, seal };
        match session.check() {
            Ok(()) => run(Ok(&mut session)),
            Err(error) => run(Err(error)),
        }
    });
    while let Some(statement) = receiving.recv().await {
        statement(&mut *connection).await;
    }
    // An error means that the engine ended and the work was not done.
    let _ = working.await;
}

type Statement = Box<dyn for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, ()> + Send>;

/// Sends statements to the task that owns the transaction.
struct AppSession {
    statements: UnboundedSender<Statement>,
    seal: Seal,
}

impl AppSession {
    /// Rejects a transaction whose commit may be lost, because its payout would be sent and its
    /// record forgotten.
    fn check(&mut self) -> Result<(), StoreError> {
        let sql = "SELECT current_setting('synchronous_commit')";
        let commit: String =
            self.run(work!(|connection| sqlx::query_scalar(sql).fetch_one(connection).await))?;
        if keeps_commits(&commit) {
            return Ok(());
        }
        Err(StoreError::NotDone(format!(
            "synchronous_commit is {commit} in the app's transaction, so that its commit may be \
             lost: set it to on"
        )))
    }
}

impl Session for AppSession {
    fn run<T: Send + 'static>(&mut self, work: Work<T>) -> Result<T, StoreError> {
        let (done, doing) = mpsc::channel();
        let statement: Statement = Box::new(move |connection| {
            Box::pin(async move {
                // The receiver exists as long as the call.
                let _ = done.send(work(connection).await);
            })
        });
        let ended = || StoreError::NotDone("the app's call was dropped".to_owned());
        self.statements.send(statement).map_err(|_| ended())?;
        let done = doing.recv().map_err(|_| ended())?;
        // The error ends the app's transaction, which cannot be repeated from here.
        done.map_err(|error| match not_done(&error) {
            StoreError::Again(why) | StoreError::NotDone(why) | StoreError::Unknown(why) => {
                StoreError::NotDone(why)
            }
        })
    }

    fn seal(&self) -> &Seal {
        &self.seal
    }
}
