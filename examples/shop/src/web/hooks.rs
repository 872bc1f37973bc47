//! The route of the gateways' deliveries.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use payments::notification::Delivery;

use super::LARGEST_BODY;
use crate::Shop;

/// Passes the request on byte for byte, because signatures are over bytes, and returns exactly the
/// provider's reply.
pub(super) async fn take(
    State(shop): State<Arc<Shop>>,
    Path((provider, endpoint)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = http::Request::from_parts(head, body);
    match shop.receive(&provider, &endpoint, &Delivery::of(&request)).await {
        Ok(reply) => reply.map(Body::from),
        Err(error) => {
            tracing::warn!(provider, endpoint, %error, "there is no such provider or endpoint");
            StatusCode::NOT_FOUND.into_response()
        }
    }
}
