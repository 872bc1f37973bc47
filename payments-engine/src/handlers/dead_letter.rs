//! Changes for which a handler failed too often.

use payments_core::{Error, ErrorKind, Result, Timestamp};

use crate::{
    engine::Engine,
    store::{Due, StoreError, TaskKind},
};

/// A change for which a handler failed too often. Later changes of its subject are still handled,
/// and the first that succeeds removes the dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The name of the handler.
    pub handler: String,
    /// The subject of the change, such as `payout:P-1`.
    pub subject: String,
    /// The revision of the record at the last failure; 0 if the record was not read.
    pub revision: u64,
    /// When the handler last failed.
    pub at: Timestamp,
    /// How often the handler was called.
    pub tries: u32,
    /// Why the handler last failed, in one line.
    pub why: String,
}

impl Engine {
    /// Returns the changes for which a handler failed too often, the oldest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>> {
        let read = self.shared().journal.store.run(|backend| backend.handling().dead_letters());
        read.await.map_err(StoreError::into_error)
    }

    /// Gives a dead letter to its handler again, with the present record.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the dead letter no longer
    /// exists. The journal cannot be used.
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
