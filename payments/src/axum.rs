//! The routes of an [axum](https://docs.rs/axum/0.8) server at which gateways deliver, with the
//! engine behind them.
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

/// The largest body of a delivery, in bytes. What gateways send is far smaller.
pub const LARGEST_BODY: usize = 256 * 1024;

/// The route `/hooks/{provider}/{endpoint}`, for any method: passes each request on byte for byte,
/// because signatures are over bytes, and returns the reply of [`Engine::accept`].
///
/// The address that a delivery came from is the peer's, if the server is made with
/// `into_make_service_with_connect_info::<SocketAddr>()`; otherwise, and behind a proxy, use
/// [`webhooks_from`].
pub fn webhooks(engine: &Engine) -> Router {
    let peer = |head: &Parts| {
        let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
        peer.map(|ConnectInfo(address)| address.ip())
    };
    webhooks_from(engine, peer)
}

/// The same as [`webhooks`], with the address that a delivery came from as far as the app's proxies
/// can be trusted: for providers that accept deliveries from their gateway's addresses only.
pub fn webhooks_from(
    engine: &Engine,
    source: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static,
) -> Router {
    let hooks = Hooks { engine: engine.clone(), source: Arc::new(source) };
    Router::new().route("/hooks/{provider}/{endpoint}", any(accept)).with_state(hooks)
}

/// Says which address a request came from.
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
