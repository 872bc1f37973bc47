//! The deadline of a whole call: waits for the rate limit, retries and sends together.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use tokio::time::Instant;

use super::{Call, CallClass, Transport, TransportError, TransportErrorKind, confirmation_ends_at};

/// Gives every call its deadline, which the layers below never exceed.
///
/// If the client [departs](Transport::departs), this layer never drops an instruction: only the
/// client knows whether a byte was written, so the client ends it at the deadline. This layer ends
/// all other calls itself, because the client may not observe deadlines.
pub(super) struct Deadline {
    inner: Arc<dyn Transport>,
    call_time: Duration,
}

impl Deadline {
    pub(super) fn new(inner: Arc<dyn Transport>, call_time: Duration) -> Self {
        Self { inner, call_time }
    }
}

#[async_trait]
impl Transport for Deadline {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let ends_at = Instant::now().checked_add(self.call_time);
        let Some(deadline) = earliest(
            earliest(call.deadline, ends_at),
            confirmation_ends_at().map(Instant::from_std),
        ) else {
            return self.inner.send(call).await;
        };
        let call = call.with_deadline(deadline);
        if (call.class == CallClass::Instruction && self.inner.departs()) || !can_wait() {
            return self.inner.send(call).await;
        }
        match tokio::time::timeout_at(deadline, self.inner.send(call)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(TransportError::new(
                TransportErrorKind::TimedOut,
                "the whole response did not arrive in time",
            )),
        }
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }

    fn call_time(&self) -> Option<Duration> {
        Some(self.call_time)
    }
}

/// Returns the earlier of two optional deadlines.
pub(super) fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Returns whether this task can wait. Outside a Tokio runtime a timer would panic, so the layers
/// then send immediately or refuse.
pub(super) fn can_wait() -> bool {
    tokio::runtime::Handle::try_current().is_ok()
}
