//! Shared work that is done once at a time and finishes even if its callers leave.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tracing::Instrument as _;

use crate::{Error, ErrorKind, Result};

/// Work that must not run twice at the same time, nor be lost when its caller is dropped: a refresh
/// of tokens that the gateway rotates, an inquiry that costs a fee.
///
/// A caller that asks for work which is already running waits for the same result. The work is a
/// task of its own on the Tokio runtime of the caller that started it, so it finishes even if every
/// caller is dropped; let it store its result before it ends. If that runtime shuts down first, the
/// callers that still wait start the work again, each on its own runtime. Outside a runtime the work
/// ends with the caller that started it.
#[derive(Clone)]
pub struct SingleFlight<K, T>(Arc<Mutex<HashMap<K, Running<T>>>>);

type Running<T> = watch::Receiver<Option<Result<T>>>;
type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<K, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, T> SingleFlight<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Waits for the work of this key. Starts it with `begin` if it is not running.
    ///
    /// # Errors
    /// Returns the error of the work, or `Unavailable` if the work was interrupted twice, because
    /// its runtime shut down or it panicked.
    pub async fn run<W>(&self, key: K, begin: impl Fn() -> W) -> Result<T>
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        for _ in 0..2 {
            let (mut running, begun) = self.join(&key, &begin);
            if let Some(work) = begun {
                work.await;
            }
            if let Ok(done) = running.wait_for(Option::is_some).await
                && let Some(result) = done.as_ref()
            {
                return result.clone();
            }
        }
        Err(interrupted())
    }

    /// Waits until no work is running. An app calls it before it ends.
    pub async fn idle(&self) {
        loop {
            let Some(mut running) = self.running().values().next().cloned() else { return };
            // An error means that the work was interrupted, so it is not running either.
            let _ = running.wait_for(Option::is_some).await;
            self.running().retain(|_, running| is_under_way(running));
        }
    }

    /// Returns the running work of this key and, if there is no runtime to spawn it on, the work
    /// itself.
    fn join<W>(&self, key: &K, begin: impl Fn() -> W) -> (Running<T>, Option<Work>)
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let mut running = self.running();
        if let Some(running) = running.get(key).filter(|running| is_under_way(running)) {
            return (running.clone(), None);
        }
        running.retain(|_, running| is_under_way(running));
        let (done, result) = watch::channel(None);
        running.insert(key.clone(), result.clone());
        let (flights, key, work) = (self.clone(), key.clone(), begin());
        let work = async move {
            let outcome = work.await;
            // This comes first, so that a later caller gets the stored result or starts the work
            // anew.
            flights.running().remove(&key);
            done.send_replace(Some(outcome));
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                drop(runtime.spawn(work.in_current_span()));
                (result, None)
            }
            Err(_) => (result, Some(Box::pin(work))),
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<K, Running<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs work to its end even if the caller that waits for it is dropped. Use it for work that has
/// one caller only, such as the exchange of a one-time code. The rules of [`SingleFlight`] about
/// runtimes apply to it.
///
/// # Errors
/// Returns the error of the work, or `Unavailable` if its runtime shut down or it panicked.
pub async fn run_to_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            let running = runtime.spawn(work.in_current_span());
            running.await.unwrap_or_else(|_| Err(interrupted()))
        }
        Err(_) => work.await,
    }
}

fn interrupted() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the work was interrupted, because its runtime ended or it panicked; try again",
    )
}

/// Returns whether the task that will send the result still exists.
fn is_under_way<T>(running: &Running<T>) -> bool {
    running.has_changed().is_ok()
}

impl<K, T> fmt::Debug for SingleFlight<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SingleFlight(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::{FutureExt, future::join_all};
    use tokio::{runtime::Runtime, sync::Notify};

    use super::*;

    /// Work that waits until it is released, and counts how often it started and ended.
    #[derive(Default)]
    struct Gated {
        begun: AtomicUsize,
        ended: AtomicUsize,
        gate: Notify,
    }

    impl Gated {
        async fn wait(self: Arc<Self>) -> Result<usize> {
            let begun = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            self.gate.notified().await;
            self.ended.fetch_add(1, Ordering::SeqCst);
            Ok(begun)
        }

        fn counts(&self) -> (usize, usize) {
            (self.begun.load(Ordering::SeqCst), self.ended.load(Ordering::SeqCst))
        }
    }

    fn paused() -> Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    }

    /// Lets every task run that can.
    async fn settle() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn callers_who_come_together_share_one_result_per_key() {
        let (flights, work) = (SingleFlight::default(), Arc::new(Gated::default()));
        let run = |key: u8| flights.run(key, || Arc::clone(&work).wait());
        let callers = join_all([run(1), run(1), run(1), run(2)]);
        let letting_go = async {
            settle().await;
            assert_eq!(work.counts(), (2, 0), "one for each key");
            work.gate.notify_waiters();
        };
        let (results, ()) = tokio::join!(callers, letting_go);
        let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
        assert!(results[..3].iter().all(|one| *one == results[0]), "{results:?}");
        assert_ne!(results[0], results[3]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_work_ends_although_every_caller_left() {
        let (flights, work) = (SingleFlight::default(), Arc::new(Gated::default()));
        assert!(flights.run((), || Arc::clone(&work).wait()).now_or_never().is_none());
        settle().await;
        work.gate.notify_one();
        flights.idle().await;
        assert_eq!(work.counts(), (1, 1));
    }

    #[test]
    fn the_end_of_a_runtime_begins_the_work_again_on_that_of_a_caller_who_waits() {
        let (flights, work) = (SingleFlight::default(), Arc::new(Gated::default()));
        let first = paused();
        first.block_on(async {
            assert!(flights.run((), || Arc::clone(&work).wait()).now_or_never().is_none());
            settle().await;
        });
        paused().block_on(async {
            let waiting = flights.run((), || Arc::clone(&work).wait());
            let ending = async {
                settle().await;
                assert_eq!(work.counts(), (1, 0), "shared with the other runtime");
                tokio::task::spawn_blocking(move || drop(first)).await.unwrap();
                while work.counts() != (2, 0) {
                    settle().await;
                }
                work.gate.notify_one();
            };
            let (result, ()) = tokio::join!(waiting, ending);
            assert_eq!(result.unwrap(), 2);
        });
        assert!(flights.running().is_empty());
    }

    #[test]
    fn a_flight_whose_runtime_is_gone_keeps_nobody_waiting() {
        let (flights, work) = (SingleFlight::default(), Arc::new(Gated::default()));
        paused().block_on(async {
            assert!(flights.run((), || Arc::clone(&work).wait()).now_or_never().is_none());
            settle().await;
        });
        paused().block_on(async {
            flights.idle().await;
            work.gate.notify_one();
            assert_eq!(flights.run((), || Arc::clone(&work).wait()).await.unwrap(), 2);
        });
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_panics_is_an_error_and_not_a_hang() {
        let flights = SingleFlight::<(), ()>::default();
        let error = flights.run((), || async { panic!("on purpose") }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(flights.run((), || async { Ok(()) }).await.ok(), Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_nobody_shares_ends_although_its_caller_left() {
        let work = Arc::new(Gated::default());
        assert!(run_to_end(Arc::clone(&work).wait()).now_or_never().is_none());
        settle().await;
        work.gate.notify_one();
        settle().await;
        assert_eq!(work.counts(), (1, 1));
        let panics = async { panic!("on purpose") };
        assert_eq!(run_to_end::<()>(panics).await.unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn outside_of_a_runtime_the_work_runs_with_its_caller() {
        let flights = SingleFlight::<(), u8>::default();
        assert_eq!(flights.run((), || async { Ok(7) }).now_or_never().unwrap().unwrap(), 7);
        assert_eq!(run_to_end(async { Ok(8) }).now_or_never().unwrap().unwrap(), 8);
    }
}
