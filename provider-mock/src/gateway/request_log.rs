//! A log of the requests to the gateway, without secrets.

use std::sync::{Mutex, PoisonError};

use payments_core::Timestamp;
use serde::Serialize;

use crate::wire::Operation;

/// A request to the gateway, without its query, headers and body, which may contain secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The call. `None` if the request is not a call of the protocol.
    pub operation: Option<Operation>,
    /// The HTTP method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The time, by the gateway's clock.
    pub at: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct RequestLog(Mutex<Vec<LoggedRequest>>);

impl RequestLog {
    /// Returns all requests, oldest first.
    pub(super) fn all(&self) -> Vec<LoggedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn add(&self, request: LoggedRequest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}
