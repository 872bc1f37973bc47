//! The shop's routes.

mod admin;
mod checkout;
mod log;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    middleware,
    response::Response,
    routing::{get, post},
};

use crate::{ITEMS, Shop, pages};

/// The largest accepted body of a form, in bytes.
const LARGEST_FORM: usize = 64 * 1024;

/// Returns the routes of the shop's pages, and those to register with the gateways:
/// `/hooks/{provider}/{endpoint}`, such as `/hooks/hpay-main/notify`.
pub fn router(shop: Arc<Shop>) -> Router {
    let webhooks = payments::axum::webhooks(shop.engine());
    let owner = Router::new()
        .route("/admin", get(admin::show))
        .route("/admin/cases", post(admin::decide))
        .route("/admin/payouts", post(admin::pay_out))
        .route("/admin/reconciliations", post(admin::reconcile))
        .route("/admin/reconciliations/{number}", get(admin::reconciliation))
        .layer(middleware::from_fn_with_state(Arc::clone(&shop), admin::only_the_owner));
    Router::new()
        .route("/", get(front))
        .route("/orders", post(checkout::place))
        .route("/orders/{order}", get(checkout::show))
        .route("/orders/{order}/ask", post(checkout::ask))
        .route("/thanks/{order}", get(checkout::thank))
        .merge(owner)
        .fallback(|| async { pages::unknown() })
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .with_state(shop)
        .merge(webhooks)
        .layer(middleware::from_fn(log::requests))
}

async fn front(State(shop): State<Arc<Shop>>) -> Response {
    let mut shelf = Vec::new();
    for item in ITEMS {
        match shop.ways(item) {
            Ok(ways) => shelf.push((item, ways)),
            Err(error) => {
                tracing::error!(%error, "the shelf cannot be shown");
                return pages::trouble(StatusCode::INTERNAL_SERVER_ERROR);
            }
        }
    }
    pages::front(&shelf)
}
