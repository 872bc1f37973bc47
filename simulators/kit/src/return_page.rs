//! The page to which a buyer returns if there is no shop.

use axum::{Router, extract::RawQuery, routing::get};

/// The path of the [`return_page()`].
pub const RETURN_PAGE: &str = "/_sandbox/return";

/// Creates a router with a page that replaces the shop to which a buyer returns. The page shows the
/// parameters of its address.
pub fn return_page<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(RETURN_PAGE, get(show).post(show))
}

async fn show(RawQuery(query): RawQuery) -> String {
    let query = query.unwrap_or_default();
    let parameters: String = query.split('&').map(|pair| format!("{pair}\n")).collect();
    format!("The buyer is back at the shop.\n{parameters}")
}
