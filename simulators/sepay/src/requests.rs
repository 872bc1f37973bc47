//! The log of requests to the gateway.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use serde::Serialize;

use super::gateway::Gateway;

/// One of SePay's hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Host {
    /// `pay.sepay.vn`: the checkout page.
    Pay,
    /// `pgapi.sepay.vn`: orders of the payment gateway.
    PgApi,
    /// `userapi.sepay.vn`: bank accounts and their transactions.
    UserApi,
    /// `my.sepay.vn`: OAuth2 and the API behind it.
    My,
}

impl Host {
    /// Every host.
    pub const ALL: [Self; 4] = [Self::Pay, Self::PgApi, Self::UserApi, Self::My];

    /// The first label of the real host's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::PgApi => "pgapi",
            Self::UserApi => "userapi",
            Self::My => "my",
        }
    }
}

/// A request that arrived, without headers and body, which hold secrets and personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The host that it arrived at.
    pub host: Host,
    /// Its method.
    pub method: String,
    /// Its path, as sent.
    pub path: String,
    /// Its query, as sent.
    pub query: Option<String>,
    /// Seconds since the Unix epoch, by the gateway's clock.
    pub at: i64,
}

#[derive(Debug, Default)]
pub(super) struct RequestLog(Mutex<Vec<LoggedRequest>>);

impl RequestLog {
    /// Returns all of them, oldest first.
    pub(super) fn all(&self) -> Vec<LoggedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, request: LoggedRequest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

/// Middleware that logs a request before anything else happens to it.
pub(super) async fn record(
    State((gateway, host)): State<(Arc<Gateway>, Host)>,
    request: Request,
    next: Next,
) -> Response {
    gateway.requests.add(LoggedRequest {
        host,
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().map(str::to_owned),
        at: gateway.now(),
    });
    next.run(request).await
}
