//! Logs one event at level `info` for each change of a record, once it is committed.
//!
//! The changes of a transaction are kept in its thread until the commit. If the result of a commit
//! is unknown, a change may be logged twice, but is never missing.

use std::cell::RefCell;

use crate::change::Subject;

/// A change that may be committed.
#[derive(PartialEq, Eq)]
struct Logged {
    subject: Subject,
    revision: u64,
    state: &'static str,
    cases: usize,
}

thread_local! {
    /// The changes of this thread's transaction, or `None` outside of transactions that the engine
    /// commits.
    static KEPT: RefCell<Option<Vec<Logged>>> = const { RefCell::new(None) };
}

/// Logs that a record has a new revision, with its state and its number of open cases.
pub(crate) fn log_change(
    subject: &Subject,
    revision: u64,
    now: impl FnOnce() -> (&'static str, usize),
) {
    if !tracing::enabled!(tracing::Level::INFO) {
        return;
    }
    let (state, cases) = now();
    let logged = Logged { subject: subject.clone(), revision, state, cases };
    KEPT.with_borrow_mut(|kept| match kept {
        Some(kept) if kept.contains(&logged) => {}
        Some(kept) => kept.push(logged),
        // This is the app's own transaction, which the app commits.
        None => logged.write("a record changes, if the app commits"),
    });
}

/// Begins a transaction that the engine commits.
pub(crate) fn begin() {
    KEPT.with_borrow_mut(|kept| {
        kept.get_or_insert_default();
    });
}

/// Logs the kept changes, which are committed.
pub(crate) fn committed() {
    for logged in KEPT.take().unwrap_or_default() {
        logged.write("a record changed");
    }
}

/// Forgets the kept changes, which were not committed.
pub(crate) fn rolled_back() {
    KEPT.set(None);
}

impl Logged {
    fn write(&self, message: &'static str) {
        let Self { subject, revision, state, cases } = self;
        tracing::info!(%subject, revision, state, cases, "{message}");
    }
}
