//! One span per HTTP call: the operation, the host and the outcome, never the content.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use tracing::Instrument as _;

use super::{Call, Transport, TransportError, confirmation_ends_at};

/// Opens the span `payments.http` around a call, including its waits and retries.
pub(super) struct Trace {
    inner: Arc<dyn Transport>,
}

impl Trace {
    pub(super) fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Transport for Trace {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let span = tracing::info_span!(
            "payments.http",
            operation = call.operation,
            class = ?call.class,
            confirms = confirmation_ends_at().is_some(),
            host = call.request.uri().host().unwrap_or_default(),
            status = tracing::field::Empty,
            failure = tracing::field::Empty,
        );
        let outcome = self.inner.send(call).instrument(span.clone()).await;
        match &outcome {
            Ok(response) => span.record("status", response.status().as_u16()),
            Err(error) => span.record("failure", tracing::field::debug(error.kind)),
        };
        outcome
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }

    fn call_time(&self) -> Option<Duration> {
        self.inner.call_time()
    }
}
