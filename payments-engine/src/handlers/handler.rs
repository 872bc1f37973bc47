//! The handler trait: an app's response to a change.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;

use crate::change::Change;

/// An app's response to a change, such as shipping an order.
///
/// The handler writes through the given transaction and leaves it open. The engine marks the change
/// as handled in the same transaction and commits it, so that the handler's writes happen exactly
/// once. Other effects, such as sending an e-mail, may happen more than once: let the handler write
/// a row for them, and let another job carry it out.
///
/// After an error, a panic, or more time than
/// [`HandlerLimits::within`](crate::HandlerLimits::within), the transaction is discarded, and the
/// handler is called again later with the record of that time. A handler must not block its thread
/// except in the database.
#[async_trait]
pub trait Handler<Tx>: Send + Sync + 'static {
    /// Handles a change of a record.
    ///
    /// Inside it the only call of the engine that works is
    /// [`Engine::submit_in`](crate::Engine::submit_in), with the given transaction. Every other
    /// call returns an error, because it would wait for this transaction.
    ///
    /// # Errors
    /// The change could not be handled. The transaction is discarded, and the handler is called
    /// again.
    async fn on_change(&self, change: &Change, transaction: &mut Tx) -> Result<(), HandlerError>;
}

/// The reason why a change could not be handled.
///
/// `?` converts any error into it. It does not implement `Error`, but `?` also converts it into
/// `Box<dyn Error>`.
pub struct HandlerError(Box<dyn Error + Send + Sync>);

impl HandlerError {
    /// Creates an error with this text. A dead letter stores the text, so leave personal data out.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into().into())
    }

    /// Returns the wrapped error.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        self.0.as_ref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl From<HandlerError> for Box<dyn Error + Send + Sync> {
    fn from(error: HandlerError) -> Self {
        error.0
    }
}

impl From<HandlerError> for Box<dyn Error> {
    fn from(error: HandlerError) -> Self {
        error.0
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

/// Returns an error if it is called inside a handler: the caller would wait for the handler's own
/// transaction.
///
/// # Errors
/// Returns a description of the alternative if a handler calls it.
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
