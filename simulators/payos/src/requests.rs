//! A log of the requests to the gateway, without secrets.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use serde::Serialize;

use crate::gateway::Gateway;

/// A request to one of payOS's own addresses, without its query, body and secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The header `x-idempotency-key`.
    pub idempotency_key: Option<String>,
    /// The time, in seconds since the Unix epoch, by the gateway's clock.
    pub at: i64,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Vec<LoggedRequest>>);

impl RequestLog {
    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Logs a request before anything else happens to it.
pub(crate) async fn record(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let key = request.headers().get("x-idempotency-key").and_then(|key| key.to_str().ok());
    let logged = LoggedRequest {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        idempotency_key: key.map(str::to_owned),
        at: gateway.now(),
    };
    gateway.log.0.lock().unwrap_or_else(PoisonError::into_inner).push(logged);
    next.run(request).await
}
