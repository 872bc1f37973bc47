//! A transport to the gateway without a socket.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use provider_kit::transport::{Call, Transport, TransportError, TransportErrorKind};

use crate::gateway::{MockGateway, Reaction};

/// A transport that passes each request to the gateway itself. It also simulates the connection: a
/// lost response is lost after the gateway acted.
pub(crate) struct InMemory {
    gateway: MockGateway,
    patience: Duration,
}

impl InMemory {
    pub(crate) fn new(gateway: MockGateway, patience: Duration) -> Self {
        Self { gateway, patience }
    }

    fn timed_out(&self) -> TransportError {
        TransportError::new(
            TransportErrorKind::TimedOut,
            format!("no whole response within {:?}", self.patience),
        )
    }
}

#[async_trait]
impl Transport for InMemory {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let served = self.gateway.serve(&call.request);
        if !served.after.is_zero() {
            tokio::time::sleep(served.after.min(self.patience)).await;
        }
        if served.after > self.patience {
            return Err(self.timed_out());
        }
        match served.reaction {
            Reaction::Response(response) => Ok(response),
            Reaction::HangUp => Err(TransportError::new(
                TransportErrorKind::ConnectionLost,
                "the connection ended before the whole response",
            )),
            // In memory a missing response immediately ends as a timeout.
            Reaction::Silence => Err(self.timed_out()),
        }
    }
}
