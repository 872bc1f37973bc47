//! The engine's webhooks, sent by a transport.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, StatusCode};
use payments_engine::{HandlerError, WebhookClient};
use provider_kit::transport::{Call, Transport};

/// Returns a client for a [`WebhookSink`](crate::engine::WebhookSink) that sends through a transport, such as an
/// [`HttpClient`](crate::transport::HttpClient).
pub fn webhook_client(transport: Arc<dyn Transport>) -> Arc<dyn WebhookClient> {
    Arc::new(OverTransport(transport))
}

struct OverTransport(Arc<dyn Transport>);

#[async_trait]
impl WebhookClient for OverTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<StatusCode, HandlerError> {
        // The transport may retry an inquiry. A webhook that arrives twice is harmless, because its
        // receiver knows it by its id.
        Ok(self.0.send(Call::inquiry("send_webhook", request)).await?.status())
    }
}
