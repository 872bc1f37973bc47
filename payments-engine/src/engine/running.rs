//! The thread of an engine, with a runtime of its own.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use payments_core::{Error, ErrorKind, Result};
use tokio::sync::{oneshot, watch};

use crate::{seeded::Seeded, shared::Shared};

/// How long the end of an engine waits for the work under way.
const PATIENCE: Duration = Duration::from_secs(90);

/// An engine that runs until it is stopped or dropped.
pub(crate) struct Running {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    ended: watch::Receiver<bool>,
}

impl Running {
    /// Starts the thread.
    ///
    /// `begin` opens the store and creates the shared state on that thread. `every` is the interval
    /// at which the engine looks for due work, or `None` if it works only in ticks. Waiting times
    /// of a simulated engine pass immediately.
    pub(super) async fn start(
        begin: impl FnOnce(tokio::runtime::Handle) -> Result<Shared> + Send + 'static,
        every: Option<Duration>,
        is_simulated: bool,
    ) -> Result<Arc<Self>> {
        let (started, starting) = oneshot::channel();
        let (stop, stopping) = watch::channel(false);
        let (ending, ended) = watch::channel(false);
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Unavailable, "the thread of the engine could not be started")
                .with_source(error)
        };
        std::thread::Builder::new()
            .name("payments-engine".to_owned())
            .spawn(move || {
                let begun = runtime(is_simulated).map_err(failed).and_then(|runtime| {
                    let shared = Arc::new(begin(runtime.handle().clone())?);
                    Ok((runtime, shared))
                });
                match begun {
                    Ok((runtime, shared)) => {
                        if started.send(Ok(Arc::clone(&shared))).is_ok() {
                            runtime.block_on(serve(&shared, stopping, every));
                        }
                        drop(runtime);
                        let _ = shared;
                    }
                    // The caller may have been dropped.
                    Err(error) => drop(started.send(Err(error))),
                }
                // The callers that wait for the end may have been dropped as well.
                let _ = ending.send(true);
            })
            .map_err(failed)?;
        let shared = starting
            .await
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::Unavailable, "the engine ended")))?;
        Ok(Arc::new(Self { shared, stop, ended }))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Runs work completely on the engine's own runtime, and waits for it. The work continues if
    /// the caller is dropped. Returns `None` if the engine ended meanwhile.
    pub(crate) async fn run<T, W>(&self, work: impl FnOnce(Arc<Shared>) -> W) -> Option<Result<T>>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let work = work(Arc::clone(&self.shared));
        if self.shared.is_seeded(Seeded::SendsInTheCallersFuture) {
            return Some(work.await);
        }
        let (sender, receiver) = oneshot::channel();
        drop(self.shared.runtime.spawn(async move {
            // The caller may have been dropped.
            let _ = sender.send(work.await);
        }));
        receiver.await.ok()
    }

    /// Waits for the end of the thread.
    pub(super) fn ended(&self) -> impl Future<Output = ()> + use<> {
        let mut ended = self.ended.clone();
        async move {
            // An error means that the thread has ended.
            let _ = ended.wait_for(|ended| *ended).await;
        }
    }

    /// Stops, and waits for the end of the thread.
    pub(super) async fn stop(&self) {
        self.shared.is_stopped.store(true, Ordering::Release);
        // An error means that the thread has ended.
        let _ = self.stop.send(true);
        self.ended().await;
    }
}

fn runtime(is_simulated: bool) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    #[cfg(feature = "seeded-bugs")]
    builder.start_paused(is_simulated);
    let _ = is_simulated;
    builder.enable_all().build()
}

/// Runs blocking work on a thread of its own, because a store may use a runtime.
pub(super) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (done, doing) = oneshot::channel();
    let ended = |message: &'static str| Error::new(ErrorKind::Unavailable, message);
    std::thread::Builder::new()
        .name("payments-store".to_owned())
        // The caller may have been dropped.
        .spawn(move || drop(done.send(work())))
        .map_err(|error| ended("a thread could not be started").with_source(error))?;
    doing.await.unwrap_or_else(|_| Err(ended("the work on the store ended early")))
}

async fn serve(shared: &Arc<Shared>, mut stopping: watch::Receiver<bool>, every: Option<Duration>) {
    let mut is_orderly = false;
    let stopped = async {
        // An error means that every handle was dropped.
        is_orderly = stopping.wait_for(|stop| *stop).await.is_ok();
    };
    let beating = every.is_some().then(|| shared.runtime.spawn(Arc::clone(shared).beat()));
    match every {
        Some(every) => shared.run(every, stopped).await,
        None => stopped.await,
    }
    shared.is_stopped.store(true, Ordering::Release);
    if is_orderly {
        let waiting = async {
            while shared.flights() + shared.handling() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            tracing::error!(
                "the engine ends while payouts are under way; after its next start it inquires about them"
            );
        }
    }
    if let Some(beating) = beating {
        beating.abort();
    }
    shared.journal.store.close().await;
}
