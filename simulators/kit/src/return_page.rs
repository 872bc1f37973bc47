//! The page that a buyer returns to if there is no shop.

use axum::{Router, extract::RawQuery, routing::get};

/// The path of the [`return_page()`].
pub const RETURN_PAGE: &str = "/_sandbox/return";

/// A page that stands for the shop that a buyer returns to. It shows the parameters of its address.
pub fn return_page<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(RETURN_PAGE, get(show).post(show))
}

async fn show(RawQuery(query): RawQuery) -> String {
    let query = query.unwrap_or_default();
    let parameters: String = query.split('&').map(|pair| format!("{pair}\n")).collect();
    format!("The buyer is back at the shop.\n{parameters}")
}
