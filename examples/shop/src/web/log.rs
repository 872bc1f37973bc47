//! A log line for each request.

use axum::{extract::Request, middleware::Next, response::Response};

/// Logs the method, the path and the status, but never the query, because gateways put signatures
/// and personal data in it.
pub(super) async fn requests(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    tracing::info!(%method, path, status = response.status().as_u16(), "answered");
    response
}
