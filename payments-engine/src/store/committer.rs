//! Access to the store: a thread that owns it and commits waiting writes together, or, for a store
//! in memory, direct access by each writer.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use payments_core::Error;
use tokio::sync::oneshot;

use super::{Backend, StoreError};
use crate::{change_log, handlers::refuse_inside};

/// The maximum number of writes in one commit.
const MOST: usize = 256;

/// How often a write whose commit is unknown is repeated.
const TRIES: u32 = 3;

/// A handle for the store. Clones share it; the store closes with the last of them.
#[derive(Clone)]
pub(crate) struct Committer(Way);

#[derive(Clone)]
enum Way {
    /// A thread that owns the store, so that nothing else waits for a disk.
    Thread(mpsc::Sender<Message>),
    /// No thread: each write is a commit in the thread that makes it. `None` once closed.
    Direct(Arc<Mutex<Option<Box<dyn Backend>>>>),
}

enum Message {
    Work(Job),
    /// Ends the thread and closes the store. Waiting writes get an error.
    Close(oneshot::Sender<()>),
}

type Written = Result<(), StoreError>;
type Work = Box<dyn FnMut(&mut dyn Backend) -> Written + Send>;

struct Job {
    run: Work,
    done: Box<dyn FnOnce(Written) + Send>,
    /// How often the result of its commit was unknown.
    tries: u32,
    /// How often a temporary error delayed it.
    delays: u32,
}

impl Committer {
    /// Starts the thread that owns `backend`.
    ///
    /// # Errors
    /// The system cannot start another thread.
    pub(crate) fn start(backend: Box<dyn Backend>) -> Result<Self, Error> {
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("payments-store".to_owned())
            .spawn(move || serve(backend, &receiver))
            .map_err(|error| StoreError::not_done(error).into_error())?;
        Ok(Self(Way::Thread(sender)))
    }

    /// Creates the handle for a store in memory, which needs no thread.
    pub(crate) fn direct(backend: Box<dyn Backend>) -> Self {
        Self(Way::Direct(Arc::new(Mutex::new(Some(backend)))))
    }

    /// Runs `work` in a transaction, and returns its result once that is committed. `work` may run
    /// several times: each write in it has a token, and is skipped if it is already stored.
    ///
    /// # Errors
    /// The [`StoreError`] shows whether the work may have been written.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut dyn Backend) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        refuse_inside().map_err(StoreError::NotDone)?;
        let (sender, receiver) = oneshot::channel();
        let made = Arc::new(Mutex::new(None));
        let making = Arc::clone(&made);
        let job = Job {
            run: Box::new(move |backend| {
                let value = work(backend)?;
                *lock(&making) = Some(value);
                Ok(())
            }),
            done: Box::new(move |result| {
                // If the caller was dropped, the commit stays.
                let _ = sender.send(result);
            }),
            tries: 0,
            delays: 0,
        };
        let ended = || StoreError::NotDone("the store was closed".to_owned());
        match &self.0 {
            Way::Thread(store) => store.send(Message::Work(job)).map_err(|_| ended())?,
            Way::Direct(store) => {
                let mut store = lock(store);
                commit_all(store.as_mut().ok_or_else(ended)?.as_mut(), vec![job]);
            }
        }
        receiver
            .await
            .unwrap_or_else(|_| Err(StoreError::Unknown("the store was closed".to_owned())))?;
        let made = lock(&made).take();
        made.ok_or_else(ended)
    }
}

impl Committer {
    /// Closes the store, once all earlier work is done.
    pub(crate) async fn close(&self) {
        match &self.0 {
            Way::Thread(store) => {
                let (closed, waiting) = oneshot::channel();
                if store.send(Message::Close(closed)).is_ok() {
                    // An error means that the thread has ended, which also closes the store.
                    let _ = waiting.await;
                }
            }
            Way::Direct(store) => {
                if let Some(mut backend) = lock(store).take() {
                    backend.close();
                }
            }
        }
    }
}

fn serve(mut backend: Box<dyn Backend>, messages: &mpsc::Receiver<Message>) {
    let mut closing = None;
    while closing.is_none()
        && let Ok(first) = messages.recv()
    {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next.take() {
            match message {
                Message::Work(job) => batch.push(job),
                Message::Close(closed) => {
                    closing = Some(closed);
                    break;
                }
            }
            if batch.len() < MOST {
                next = messages.try_recv().ok();
            }
        }
        commit_all(backend.as_mut(), batch);
    }
    backend.close();
    drop(backend);
    if let Some(closed) = closing {
        // The caller may have been dropped.
        let _ = closed.send(());
    }
}

/// Runs a batch in as few transactions as it takes.
fn commit_all(backend: &mut dyn Backend, batch: Vec<Job>) {
    let mut left = commit(backend, batch);
    // A failed write failed its whole batch, so each one runs alone from here.
    while let Some(job) = left.pop() {
        left.extend(commit(backend, vec![job]));
    }
}

/// Runs a batch in one transaction, and returns the jobs that have to be run again, each alone.
fn commit(backend: &mut dyn Backend, mut batch: Vec<Job>) -> Vec<Job> {
    if let Err(error) = backend.begin() {
        finish(batch, &Err(error));
        return Vec::new();
    }
    change_log::begin();
    for index in 0..batch.len() {
        let Some(job) = batch.get_mut(index) else { break };
        if let Err(error) = (job.run)(backend) {
            backend.roll_back();
            change_log::rolled_back();
            let failed = batch.remove(index);
            batch.reverse();
            // Delayed jobs come last.
            let mut left = delayed(vec![failed], error);
            left.append(&mut batch);
            return left;
        }
    }
    match backend.commit() {
        Err(StoreError::Unknown(why)) => {
            backend.roll_back();
            let (mut again, over): (Vec<_>, Vec<_>) =
                batch.into_iter().partition(|job| job.tries + 1 < TRIES);
            finish(over, &Err(StoreError::Unknown(why)));
            again.iter_mut().for_each(|job| job.tries += 1);
            again.reverse();
            again
        }
        Err(error) => {
            backend.roll_back();
            change_log::rolled_back();
            batch.reverse();
            delayed(batch, error)
        }
        Ok(()) => {
            change_log::committed();
            finish(batch, &Ok(()));
            Vec::new()
        }
    }
}

/// Returns the jobs to run again after an error before the commit, and ends the others.
fn delayed(jobs: Vec<Job>, error: StoreError) -> Vec<Job> {
    let may_pass = matches!(error, StoreError::Again(_));
    let (mut again, over): (Vec<_>, Vec<_>) =
        jobs.into_iter().partition(|job| may_pass && job.delays + 1 < TRIES);
    finish(over, &Err(error));
    again.iter_mut().for_each(|job| job.delays += 1);
    again
}

fn finish(jobs: Vec<Job>, result: &Written) {
    for job in jobs {
        // Once the result of a write was unknown, it stays unknown until the write is found.
        let result = match result {
            Err(StoreError::NotDone(why) | StoreError::Again(why)) => Err(if job.tries > 0 {
                StoreError::Unknown(why.clone())
            } else {
                StoreError::NotDone(why.clone())
            }),
            other => other.clone(),
        };
        (job.done)(result);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
