//! Passes due changes to the threads of their handlers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use payments_core::{Error, ErrorKind, Result};
use tokio::sync::{mpsc, oneshot};

use super::{
    HandlerLimits, limits,
    run::{Job, Outcome, RunsHandler},
};
use crate::{
    change::Subject,
    handlers::DeadLetter,
    shared::Shared,
    store::{Claim, Due, StoreError, StoreIdentity},
};

/// How long the work of a handler that is not registered is postponed.
const LATER: Duration = Duration::from_secs(60 * 60);

/// How long a thread may not respond beyond the time limit of its handler. It waits this long for
/// the database.
const SILENCE: Duration = Duration::from_secs(10);

/// The maximum number of characters of a reason that are stored.
const LONGEST: usize = 500;

/// The handlers of an engine.
pub(crate) struct Handlers {
    threads: BTreeMap<String, HandlerThread>,
    limits: HandlerLimits,
    under_way: AtomicUsize,
}

/// A handler with a thread of its own, on which it handles one change at a time, so that it cannot
/// stall the engine.
struct HandlerThread {
    runs: Arc<dyn RunsHandler>,
    sender: Mutex<mpsc::UnboundedSender<Message>>,
    turn: tokio::sync::Mutex<()>,
}

enum Message {
    Run(Job, oneshot::Sender<Outcome>),
    Store(Arc<Shared>, oneshot::Sender<Result<Option<StoreIdentity>, String>>),
}

impl Handlers {
    /// Starts a thread for each handler.
    ///
    /// # Errors
    /// Returns `Configuration` if a name is not valid or is used twice, and `Unavailable` if a
    /// thread cannot be started.
    pub(crate) fn start(
        handlers: Vec<(String, Arc<dyn RunsHandler>)>,
        limits: HandlerLimits,
    ) -> Result<Self> {
        let refused = |message: String| Error::new(ErrorKind::Configuration, message);
        let mut threads = BTreeMap::new();
        for (name, runs) in handlers {
            let is_allowed =
                |character: char| !character.is_whitespace() && !character.is_control();
            if name.is_empty() || name.len() > 64 || !name.chars().all(is_allowed) {
                return Err(refused(format!(
                    "{name:?} is not a valid name for a handler: use 1 to 64 characters without white space"
                )));
            }
            let sender = Mutex::new(start_thread(Arc::clone(&runs))?);
            let thread = HandlerThread { runs, sender, turn: tokio::sync::Mutex::default() };
            if threads.insert(name.clone(), thread).is_some() {
                return Err(refused(format!("two handlers have the name {name}")));
            }
        }
        Ok(Self { threads, limits, under_way: AtomicUsize::default() })
    }

    /// Checks that the handlers registered as exactly-once write to the engine's own store.
    ///
    /// # Errors
    /// Returns `Configuration`, naming the handler and the remedy, if one does not.
    pub(crate) async fn check(&self, shared: &Arc<Shared>) -> Result<()> {
        let refused = |message: String| Error::new(ErrorKind::Configuration, message);
        let engine = &shared.journal.identity;
        for (name, thread) in &self.threads {
            let (sender, store) = oneshot::channel();
            thread.send(Message::Store(Arc::clone(shared), sender))?;
            let store = store.await.unwrap_or_else(|_| Err("its thread ended".to_owned()));
            match store {
                Ok(store) if store.as_ref().is_none_or(|store| store.is_store_of(engine)) => {}
                Ok(_) => {
                    return Err(refused(format!(
                        "the database of the handler {name} is not the one that the engine stores \
                         in: give it the engine's, or register it by with_handler_at_least_once"
                    )));
                }
                Err(why) => {
                    return Err(refused(format!(
                        "the database of the handler {name} cannot be used: {why}"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Returns the names of the handlers.
    pub(crate) fn names(&self) -> Vec<String> {
        self.threads.keys().cloned().collect()
    }

    /// Returns how many changes handlers are working on.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Acquire)
    }
}

impl HandlerThread {
    fn send(&self, message: Message) -> Result<()> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(mpsc::error::SendError(message)) = sender.send(message) {
            // The thread ended by a panic outside of its handler.
            *sender = start_thread(Arc::clone(&self.runs))?;
            if sender.send(message).is_err() {
                return Err(Error::new(
                    ErrorKind::Unavailable,
                    "a thread for a handler could not be started",
                ));
            }
        }
        Ok(())
    }

    /// Runs one change. A thread that does not respond is abandoned and replaced.
    async fn run(&self, job: Job) -> Outcome {
        let failed = |why: String| Outcome::Failed { why, revision: 0 };
        let patience = job.within * 2 + SILENCE;
        let (sender, outcome) = oneshot::channel();
        if let Err(error) = self.send(Message::Run(job, sender)) {
            return failed(error.to_string());
        }
        match tokio::time::timeout(patience, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => failed("its thread ended by a panic".to_owned()),
            Err(_) => {
                if let Ok(new) = start_thread(Arc::clone(&self.runs)) {
                    *self.sender.lock().unwrap_or_else(PoisonError::into_inner) = new;
                }
                failed("it blocks its thread: do not block outside the database".to_owned())
            }
        }
    }
}

fn start_thread(runs: Arc<dyn RunsHandler>) -> Result<mpsc::UnboundedSender<Message>> {
    let (sender, mut messages) = mpsc::unbounded_channel();
    let failed = |error: std::io::Error| {
        Error::new(ErrorKind::Unavailable, "a thread for a handler could not be started")
            .with_source(error)
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let mut serve = async move || {
        while let Some(message) = messages.recv().await {
            match message {
                // The caller may have been dropped.
                Message::Run(job, done) => drop(done.send(runs.run(&job).await)),
                Message::Store(shared, done) => drop(done.send(runs.store(&shared).await)),
            }
        }
    };
    std::thread::Builder::new()
        .name("payments-handler".to_owned())
        .spawn(move || runtime.block_on(serve()))
        .map_err(failed)?;
    Ok(sender)
}

impl Shared {
    /// Passes a due change to its handler. Returns whether it was handled.
    pub(crate) async fn handle(self: &Arc<Self>, claim: &Claim) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let split = claim.subject.split_once(' ');
        let parsed = split.map(|(name, subject)| (name, subject.parse::<Subject>()));
        let Some((name, Ok(subject))) = parsed else {
            tracing::error!("a stored change has no subject: {:?}", claim.subject);
            self.set_due(claim, Due::Never).await?;
            return Ok(false);
        };
        let handlers = self.handlers.get();
        let thread = handlers.and_then(|handlers| Some((handlers, handlers.threads.get(name)?)));
        let Some((handlers, thread)) = thread else {
            // Another engine on this store may have the handler.
            self.set_due(claim, Due::At(now.plus(LATER))).await?;
            return Ok(false);
        };
        let _under_way = UnderWay::begin(&handlers.under_way);
        let _turn = thread.turn.lock().await;
        let job = Job {
            handler: name.to_owned(),
            subject,
            claim: claim.clone(),
            within: handlers.limits.within,
            shared: Arc::clone(self),
            watch: Mutex::default(),
        };
        match thread.run(job).await {
            Outcome::Handled => Ok(true),
            Outcome::Nothing => Ok(false),
            Outcome::Failed { why, revision } => {
                tracing::warn!(handler = name, tries = claim.tries, "a handler failed: {why}");
                self.handler_failed(claim, name, revision, why, handlers.limits.tries).await?;
                Ok(false)
            }
        }
    }

    /// Schedules the next call of a handler that failed, or stores the change as a dead letter.
    async fn handler_failed(
        &self,
        claim: &Claim,
        handler: &str,
        revision: u64,
        why: String,
        most: u32,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        if claim.tries < most {
            return self.set_due(claim, Due::At(limits::again(claim.tries, now))).await;
        }
        let subject = claim.subject.get(handler.len() + 1..).unwrap_or_default().to_owned();
        let letter = DeadLetter {
            handler: handler.to_owned(),
            subject,
            revision,
            at: now,
            tries: claim.tries,
            why: why.lines().next().unwrap_or_default().chars().take(LONGEST).collect(),
        };
        let claim = claim.clone();
        let burying = self.journal.store.run(move |backend| {
            // If a later change is due, it gets its own tries.
            if backend.is_claimed(&claim)? {
                backend.handling().bury(&letter)?;
                backend.set_due(&claim, Due::Never)?;
            }
            Ok(())
        });
        burying.await
    }
}

/// Counts a change as being handled, until it is dropped.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
