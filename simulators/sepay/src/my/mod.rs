//! `my.sepay.vn`: OAuth2 and the API behind it.

mod api;
mod grants;
mod oauth;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use http::StatusCode;

use super::{
    faults::{Operation, operation},
    gateway::Gateway,
};

pub(super) use api::Company;
pub(super) use grants::Grants;
pub(super) use oauth::allowed;

/// The host's routes.
pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    Router::new()
        .route("/oauth/authorize", get(oauth::page).post(oauth::decide))
        .route("/oauth/token", operation(gateway, Operation::OAuthToken, post(oauth::token)))
        .merge(api::routes(gateway))
        .fallback(|| async { StatusCode::NOT_FOUND })
}
