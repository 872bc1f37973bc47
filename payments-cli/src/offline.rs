//! The way to the network for commands that must not use it.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments::{
    config::Environ,
    registry::Context,
    transport::{Call, Transport, TransportError, TransportErrorKind},
};

/// Sends nothing, so that looking at a configuration or a delivery can have no effect.
struct Offline;

/// A context in which providers are built and nothing can be sent.
pub(crate) fn context(environ: Environ) -> Context {
    Context::new(Arc::new(Offline)).with_environ(environ)
}

#[async_trait]
impl Transport for Offline {
    async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "this command sends nothing"))
    }
}
