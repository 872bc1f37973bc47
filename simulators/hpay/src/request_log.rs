//! A log of the requests to the gateway, without secrets.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use serde::Serialize;

use super::gateway::Gateway;

/// One of HPay's three hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// Links and order inquiries.
    Checkout,
    /// Virtual accounts, payouts and the balance.
    Account,
    /// Virtual account inquiries, payouts of "special" merchants, and the newer OpenAPI.
    Openapi,
}

impl Host {
    /// Every host.
    pub const ALL: [Self; 3] = [Self::Checkout, Self::Account, Self::Openapi];

    /// The first word of the host's name at HPay.
    pub fn name(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Account => "account",
            Self::Openapi => "openapi",
        }
    }
}

/// A request to one of HPay's own addresses, without query and body, which carry secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// Where it arrived.
    pub host: Host,
    /// The HTTP method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The time, in seconds since the Unix epoch, by the gateway's clock.
    pub at: i64,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Vec<LoggedRequest>>);

impl RequestLog {
    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, request: LoggedRequest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

/// Logs a request before anything else happens to it.
pub(crate) async fn record(
    State((gateway, host)): State<(Arc<Gateway>, Host)>,
    request: Request,
    next: Next,
) -> Response {
    gateway.log.add(LoggedRequest {
        host,
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        at: gateway.now(),
    });
    next.run(request).await
}
