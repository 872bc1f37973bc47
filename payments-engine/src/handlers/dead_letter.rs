//! Changes that a handler failed at too often.

use payments_core::{Error, ErrorKind, Result, Timestamp};

use crate::{
    engine::Engine,
    store::{Due, StoreError, TaskKind},
};

/// A change that a handler failed at too often. Its subject goes on: a later change of it is handled,
/// and then the dead letter is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The name of the handler.
    pub handler: String,
    /// What the change is about, such as `payout:P-1`.
    pub subject: String,
    /// The revision of the record at which the handler failed last; 0 if it did not get as far.
    pub revision: u64,
    /// When it failed last.
    pub at: Timestamp,
    /// How often it was called.
    pub tries: u32,
    /// Why it failed last, in one line.
    pub why: String,
}

impl Engine {
    /// The changes that a handler failed at too often, oldest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>> {
        let read = self.shared().journal.store.run(|backend| backend.handling().dead_letters());
        read.await.map_err(StoreError::into_error)
    }

    /// Gives a dead letter to its handler again, with the record as it is now.
    ///
    /// # Errors
    /// `NotFound` if there is no such dead letter any more; the journal cannot be used.
    pub async fn replay(&self, letter: &DeadLetter) -> Result<()> {
        let (handler, subject) = (letter.handler.clone(), letter.subject.clone());
        let replaying = self.shared().journal.store.run(move |backend| {
            let is_there = backend.handling().forget(&handler, &subject)?;
            if is_there {
                let subject = format!("{handler} {subject}");
                backend.make_due(TaskKind::Handle, &subject, Due::at_once())?;
            }
            Ok(is_there)
        });
        if !replaying.await.map_err(StoreError::into_error)? {
            let message = format!("{} has no dead letter of {}", letter.handler, letter.subject);
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        self.wake();
        Ok(())
    }
}
