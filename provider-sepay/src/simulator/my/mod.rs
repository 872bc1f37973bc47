//! `my.sepay.vn`: OAuth2 and the API behind it.

use std::sync::Arc;

use axum::Router;
use http::StatusCode;

use super::gateway::Gateway;

/// The host's routes.
pub(super) fn routes(_: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    Router::new().fallback(|| async { StatusCode::NOT_FOUND })
}
