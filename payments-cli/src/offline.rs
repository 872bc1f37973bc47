//! The transport of commands that must send nothing.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments::{
    config::Environ,
    registry::Context,
    transport::{Call, Transport, TransportError, TransportErrorKind},
};

/// A transport that sends nothing, so that checking a configuration or a delivery has no effect.
struct Offline;

/// Returns a transport that refuses every call.
#[cfg(feature = "online")]
pub(crate) fn transport() -> Arc<dyn Transport> {
    Arc::new(Offline)
}

/// Returns a context in which providers can be built but cannot send anything.
pub(crate) fn context(environ: Environ) -> Context {
    Context::new(Arc::new(Offline)).with_environ(environ)
}

#[async_trait]
impl Transport for Offline {
    async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "this command sends nothing"))
    }
}
