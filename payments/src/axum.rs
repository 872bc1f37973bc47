//! Routes for an [axum](https://docs.rs/axum/0.8) server that pass the deliveries of gateways to
//! the engine.
//!
//! ```
//! use payments::{axum, engine::Engine};
//!
//! # async fn serve(engine: Engine) -> std::io::Result<()> {
//! let app = ::axum::Router::new().merge(axum::webhooks(&engine));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! ::axum::serve(listener, app).await
//! # }
//! ```

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ::axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Path, Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
    routing::any,
};
use payments_core::notification::Delivery;
use payments_engine::Engine;

/// The largest accepted body of a delivery, in bytes. Gateways send far smaller ones.
pub const LARGEST_BODY: usize = 256 * 1024;

/// Returns a router with the route `/hooks/{provider}/{endpoint}`, which accepts any HTTP method.
///
/// The route passes each request to [`Engine::accept`] byte for byte, because signatures cover
/// bytes, and sends the reply that it returns.
///
/// The source address of a delivery is the address of the connected peer, which is known only if
/// the server is made with `into_make_service_with_connect_info::<SocketAddr>()`. Behind a proxy,
/// use [`webhooks_from`].
pub fn webhooks(engine: &Engine) -> Router {
    let peer = |head: &Parts| {
        let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
        peer.map(|ConnectInfo(address)| address.ip())
    };
    webhooks_from(engine, peer)
}

/// Returns the same router as [`webhooks`], but gets the source address of each delivery from
/// `source`.
///
/// Use it for providers that accept deliveries only from their gateway's addresses. `source` must
/// return an address only if the app trusts the proxy that reported it.
pub fn webhooks_from(
    engine: &Engine,
    source: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static,
) -> Router {
    let hooks = Hooks { engine: engine.clone(), source: Arc::new(source) };
    Router::new().route("/hooks/{provider}/{endpoint}", any(accept)).with_state(hooks)
}

/// Returns the source address of a request, or `None` if it is unknown.
type Source = dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync;

#[derive(Clone)]
struct Hooks {
    engine: Engine,
    source: Arc<Source>,
}

async fn accept(
    State(hooks): State<Hooks>,
    Path((provider, endpoint)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let source = (hooks.source)(&head);
    let request = http::Request::from_parts(head, body);
    let mut delivery = Delivery::of(&request);
    if let Some(source) = source {
        delivery = delivery.from_source(source);
    }
    hooks.engine.accept(&provider, &endpoint, &delivery).await.reply.map(Body::from)
}
