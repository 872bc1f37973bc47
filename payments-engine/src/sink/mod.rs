//! Sinks, which send changes out of the process.

mod webhook;

use async_trait::async_trait;

pub use webhook::{WebhookClient, WebhookKey, WebhookSink};

use crate::{change::Change, handlers::HandlerError};

/// Sends changes out of the process, to another service of yours. [`WebhookSink`] is one
/// implementation.
///
/// Register it by [`EngineBuilder::with_sink`](crate::EngineBuilder::with_sink). Like a handler, it
/// is given each changed record in its present state, and is called again until it succeeds or has
/// [failed too often](crate::HandlerLimits::tries). A crash can send a change twice, so the
/// receiver has to compare revisions.
#[async_trait]
pub trait Sink: Send + Sync + 'static {
    /// Sends a change. It may take as long as
    /// [`HandlerLimits::within`](crate::HandlerLimits::within).
    ///
    /// # Errors
    /// The change may not have arrived. It is sent again later.
    async fn send(&self, change: &Change) -> Result<(), HandlerError>;
}
