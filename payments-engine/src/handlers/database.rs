//! The database to which a handler writes.

use async_trait::async_trait;

use super::HandlerError;

/// The database to which a handler writes, with the beginning and the end of its transactions.
///
/// `SqliteDatabase` implements it with the feature `rusqlite`, and `PostgresDatabase` with
/// `sqlx-0_9`. For another database, implement it yourself and register the handler by
/// [`with_handler_at_least_once`](crate::EngineBuilder::with_handler_at_least_once).
#[async_trait]
pub trait AppDatabase: Send + Sync + 'static {
    /// An open transaction.
    type Transaction: Send;

    /// Begins a transaction.
    ///
    /// # Errors
    /// No transaction was begun.
    async fn begin(&self) -> Result<Self::Transaction, HandlerError>;

    /// Commits a transaction.
    ///
    /// # Errors
    /// The transaction was not committed, or its result is unknown.
    async fn commit(&self, transaction: Self::Transaction) -> Result<(), HandlerError>;

    /// Discards a transaction. Its connection is used again only if it is certainly clean.
    async fn discard(&self, transaction: Self::Transaction);

    /// Returns a function that interrupts a statement of this transaction from another thread, or
    /// `None` if the handler's own future never blocks on a statement.
    fn interrupter(&self, transaction: &Self::Transaction) -> Option<Interrupter> {
        let _ = transaction;
        None
    }
}

/// Interrupts a statement that is running.
pub type Interrupter = Box<dyn FnOnce() + Send>;
