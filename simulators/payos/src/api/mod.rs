//! The API's host.

mod answer;
mod credentials;
pub(crate) mod links;
mod payouts;
mod webhook;

use std::sync::Arc;

use axum::Router;

use crate::gateway::Gateway;

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    links::routes().merge(webhook::routes()).merge(payouts::routes())
}
