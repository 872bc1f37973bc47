//! What an app does about a change.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;

use crate::change::Change;

/// What an app does about a change, such as to ship an order.
///
/// It writes through the transaction that it is given and leaves it open. The engine marks the change
/// as handled in that same transaction and commits it, so that what the handler wrote is there
/// exactly once. What it does elsewhere, such as to send a letter, may happen again: let another job
/// do that, from a row that the handler writes.
///
/// An error, a panic, or more time than [`HandlerLimits::within`](crate::HandlerLimits::within)
/// discards the transaction, and the handler is called again later with the record as it is then.
/// It must not block its thread except in the database.
#[async_trait]
pub trait Handler<Tx>: Send + Sync + 'static {
    /// Handles a change of a record.
    ///
    /// Inside it only [`Engine::submit_in`](crate::Engine::submit_in) works, with the transaction
    /// given here; every other call of the engine is refused, because it would wait for this
    /// transaction.
    ///
    /// # Errors
    /// The change could not be handled: the transaction is discarded, and the handler called again.
    async fn on_change(&self, change: &Change, transaction: &mut Tx) -> Result<(), HandlerError>;
}

/// Why a change could not be handled. Made from any error by `?`.
pub struct HandlerError(Box<dyn Error + Send + Sync>);

impl HandlerError {
    /// An error with this text. It is stored with a dead letter: leave personal data out.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into().into())
    }

    /// The error behind it.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        self.0.as_ref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

tokio::task_local! {
    /// The name of the handler that runs in this task.
    pub(super) static RUNNING: String;
}

/// Refuses a call of the engine inside a handler, where it would wait for the handler's own
/// transaction.
///
/// # Errors
/// What to do instead.
pub(crate) fn refuse_inside() -> Result<(), String> {
    RUNNING
        .try_with(|name| {
            Err(format!(
                "the handler {name} calls the engine, which would wait for its transaction: only \
                 submit_in works inside a handler, with the transaction that it is given"
            ))
        })
        .unwrap_or(Ok(()))
}
