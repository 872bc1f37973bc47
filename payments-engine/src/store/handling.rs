//! What a store keeps of handlers.

use super::StoreError;
use crate::handlers::DeadLetter;

/// The rows of handlers, inside a transaction. A subject is a text.
pub(crate) trait HandlerRows {
    /// The name of the store, by which a handler's database is known to be the engine's.
    fn store_name(&mut self) -> Result<String, StoreError>;

    /// Registers a handler: from now on changes are due to it.
    fn register(&mut self, handler: &str) -> Result<(), StoreError>;

    /// Forgets a handler with everything that is due to it.
    fn retire(&mut self, handler: &str) -> Result<(), StoreError>;

    /// The revision of a subject that a handler has handled; 0 if none.
    fn handled(&mut self, handler: &str, subject: &str) -> Result<u64, StoreError>;

    /// Marks a revision as handled if `before` is the one that was, and removes the dead letter of
    /// the subject. False if another one was marked meanwhile.
    fn set_handled(
        &mut self,
        handler: &str,
        subject: &str,
        before: u64,
        revision: u64,
    ) -> Result<bool, StoreError>;

    /// Keeps a dead letter, in place of an earlier one of its subject.
    fn bury(&mut self, letter: &DeadLetter) -> Result<(), StoreError>;

    /// The dead letters, oldest first.
    fn dead_letters(&mut self) -> Result<Vec<DeadLetter>, StoreError>;

    /// Removes a dead letter and the mark of its subject, so that the handler is given the record
    /// again. False if there is no such dead letter.
    fn forget(&mut self, handler: &str, subject: &str) -> Result<bool, StoreError>;
}
