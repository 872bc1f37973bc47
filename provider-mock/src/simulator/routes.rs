//! The routes of the host: the gateway's calls, its pages, and the control API.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use http::StatusCode;
use simulator_kit::HangUp;

use super::{World, WorldControl, page, remote, samples};
use crate::gateway::Reaction;

const LARGEST_REQUEST: usize = 1024 * 1024;

pub(super) fn router(world: &Arc<World>) -> Router {
    let control = simulator_kit::control::router(Arc::new(WorldControl(Arc::clone(world))));
    Router::new()
        .nest("/_control", remote::router().merge(control))
        .route(samples::NEW_ORDER, post(open))
        .merge(simulator_kit::return_page())
        .route("/pay/{id}", page::route())
        .fallback(serve)
        .with_state(Arc::clone(world))
}

/// Opens a payment as the merchant's server would, and sends the browser to its page.
async fn open(State(world): State<Arc<World>>) -> Response {
    let opened = samples::new_order(&world).map(|request| world.gateway.serve(&request).reaction);
    match (opened, world.gateway.shown().payments.last()) {
        (Some(Reaction::Response(response)), Some(last)) if response.status().is_success() => {
            Redirect::to(&format!("/pay/{}", last.payment.id)).into_response()
        }
        _ => StatusCode::CONFLICT.into_response(),
    }
}

/// Passes a request to the gateway itself, and lets the gateway decide what happens to the
/// connection.
async fn serve(State(world): State<Arc<World>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let served = world.gateway.serve(&http::Request::from_parts(head, body));
    // A gateway does not wait for its notifications before it responds to the merchant.
    let world = Arc::clone(&world);
    tokio::spawn(async move { world.notifier.deliver().await });
    if !served.after.is_zero() {
        tokio::time::sleep(served.after).await;
    }
    match served.reaction {
        Reaction::Response(response) => response.map(Body::from),
        Reaction::HangUp => HangUp.into_response(),
        Reaction::Silence => std::future::pending().await,
    }
}
