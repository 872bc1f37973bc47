//! The database that a handler writes to.

use async_trait::async_trait;

use super::HandlerError;

/// The database that a handler writes to, and how its transactions begin and end.
///
/// With the feature `rusqlite` it is implemented by `SqliteDatabase`, with `sqlx-0_9` by
/// `PostgresDatabase`. For another database implement
/// it yourself and register the handler by
/// [`with_handler_at_least_once`](crate::EngineBuilder::with_handler_at_least_once).
#[async_trait]
pub trait AppDatabase: Send + Sync + 'static {
    /// A transaction that has begun.
    type Transaction: Send;

    /// Begins a transaction.
    ///
    /// # Errors
    /// None began.
    async fn begin(&self) -> Result<Self::Transaction, HandlerError>;

    /// Commits a transaction.
    ///
    /// # Errors
    /// It was not committed, or that is not known.
    async fn commit(&self, transaction: Self::Transaction) -> Result<(), HandlerError>;

    /// Discards a transaction. Its connection is not used again if it cannot be known to be clean.
    async fn discard(&self, transaction: Self::Transaction);

    /// What ends a statement that is running in this transaction, from another thread; `None` if
    /// the handler's own future always returns in the meantime.
    fn interrupter(&self, transaction: &Self::Transaction) -> Option<Interrupter> {
        let _ = transaction;
        None
    }
}

/// Ends a statement that is running.
pub type Interrupter = Box<dyn FnOnce() + Send>;
