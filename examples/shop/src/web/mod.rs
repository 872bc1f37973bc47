//! The shop's routes.

mod checkout;
mod hooks;
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

/// The size limit of the body of a form or a delivery, in bytes. Gateways send a few hundred.
const LARGEST_BODY: usize = 64 * 1024;

/// The shop's pages, and the addresses to register with the gateways:
/// `/hooks/{provider}/{endpoint}`, such as `/hooks/hpay-main/notify`.
pub fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(front))
        .route("/orders", post(checkout::place))
        .route("/orders/{order}", get(checkout::show))
        .route("/orders/{order}/ask", post(checkout::ask))
        .route("/thanks/{order}", get(checkout::thank))
        .route("/hooks/{provider}/{endpoint}", get(hooks::take).post(hooks::take))
        .fallback(|| async { pages::missing() })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(log::requests))
        .with_state(shop)
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
