//! Who owns the store: one thread that commits what waits together or, for a store in memory, whoever
//! writes.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use payments_core::Error;
use tokio::sync::oneshot;

use super::{Backend, StoreError};
use crate::{change_log, handlers::refuse_inside};

/// How many writes one commit holds at most.
const MOST: usize = 256;

/// How often a write whose commit is not known is repeated.
const TRIES: u32 = 3;

/// The way to the store. Clones share it; it ends with the last of them.
#[derive(Clone)]
pub(crate) struct Committer(Way);

#[derive(Clone)]
enum Way {
    /// A thread that owns the store, so that nothing else waits for a disk.
    Thread(mpsc::Sender<Message>),
    /// Nothing in between: each write is a commit, in the thread that makes it. `None` once closed.
    Direct(Arc<Mutex<Option<Box<dyn Backend>>>>),
}

enum Message {
    Work(Job),
    /// Ends the thread and closes the store; what waits gets an error.
    Close(oneshot::Sender<()>),
}

type Written = Result<(), StoreError>;
type Work = Box<dyn FnMut(&mut dyn Backend) -> Written + Send>;

struct Job {
    run: Work,
    done: Box<dyn FnOnce(Written) + Send>,
    /// How often its commit was not known.
    tries: u32,
    /// How often something that passes kept it from being written.
    delays: u32,
}

impl Committer {
    /// Starts the thread that owns `backend`.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(crate) fn start(backend: Box<dyn Backend>) -> Result<Self, Error> {
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("payments-store".to_owned())
            .spawn(move || serve(backend, &receiver))
            .map_err(|error| StoreError::not_done(error).into_error())?;
        Ok(Self(Way::Thread(sender)))
    }

    /// The way to a store in memory, whose writes wait for nothing.
    pub(crate) fn direct(backend: Box<dyn Backend>) -> Self {
        Self(Way::Direct(Arc::new(Mutex::new(Some(backend)))))
    }

    /// Runs `work` in a transaction and returns what it made once that is committed. `work` may run
    /// several times: a write in it has a token and is skipped if it is stored already.
    ///
    /// # Errors
    /// [`StoreError`], which says whether it may have been written.
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
                // The caller may have left: what was committed stays.
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
    /// Closes the store, once what was asked for before is done.
    pub(crate) async fn close(&self) {
        match &self.0 {
            Way::Thread(store) => {
                let (closed, waiting) = oneshot::channel();
                if store.send(Message::Close(closed)).is_ok() {
                    // An error means that the thread has ended, which closes it too.
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
        // Who closed it may have left.
        let _ = closed.send(());
    }
}

/// Runs a batch in as few transactions as it takes.
fn commit_all(backend: &mut dyn Backend, batch: Vec<Job>) {
    let mut left = commit(backend, batch);
    // A write that failed took the others of its batch with it: each alone from here.
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
            // What was delayed comes last.
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

/// Returns what has to be run again after an error before the commit, and ends the rest.
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
        // A write that was once not known stays so until it is known to be written.
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
