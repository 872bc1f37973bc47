//! The rows of handlers in a store.

use super::StoreError;
use crate::handlers::DeadLetter;

/// The rows of handlers, inside a transaction. Subjects are given as text.
pub(crate) trait HandlerRows {
    /// Registers a handler, so that changes are kept for it from now on.
    fn register(&mut self, handler: &str) -> Result<(), StoreError>;

    /// Removes a handler, with every change that is due to it.
    fn retire(&mut self, handler: &str) -> Result<(), StoreError>;

    /// Returns the revision of a subject that a handler has handled, or 0.
    fn handled(&mut self, handler: &str, subject: &str) -> Result<u64, StoreError>;

    /// Marks a revision as handled if the marked revision is `before`, and removes the dead letter
    /// of the subject. Returns false if another revision was marked meanwhile.
    fn set_handled(
        &mut self,
        handler: &str,
        subject: &str,
        before: u64,
        revision: u64,
    ) -> Result<bool, StoreError>;

    /// Stores a dead letter, in place of an earlier one of its subject.
    fn bury(&mut self, letter: &DeadLetter) -> Result<(), StoreError>;

    /// Returns the dead letters, oldest first.
    fn dead_letters(&mut self) -> Result<Vec<DeadLetter>, StoreError>;

    /// Removes a dead letter and the mark of its subject, so that the handler is given the record
    /// again. Returns false if the dead letter does not exist.
    fn forget(&mut self, handler: &str, subject: &str) -> Result<bool, StoreError>;
}
