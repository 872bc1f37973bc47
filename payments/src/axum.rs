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
    routing::{MethodRouter, any},
};
use payments_core::{Error, ErrorKind, Result, notification::Delivery};
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
pub fn webhooks<S: Clone + Send + Sync + 'static>(engine: &Engine) -> Router<S> {
    webhooks_from(engine, peer)
}

/// Returns the same router as [`webhooks`], but gets the source address of each delivery from
/// `source`.
///
/// Use it for providers that accept deliveries only from their gateway's addresses. `source` must
/// return an address only if the app trusts the proxy that reported it.
pub fn webhooks_from<S: Clone + Send + Sync + 'static>(
    engine: &Engine,
    source: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static,
) -> Router<S> {
    let hooks = Hooks { engine: engine.clone(), source: Arc::new(source) };
    Router::new().route("/hooks/{provider}/{endpoint}", any(accept)).with_state(hooks)
}

/// Returns a handler for the deliveries of one endpoint, for a gateway that sends them to a fixed
/// path. It accepts any HTTP method.
///
/// ```
/// # fn router(engine: &payments::engine::Engine) -> payments::Result<axum::Router> {
/// use payments::axum::{endpoint, webhooks};
///
/// // HPay calls this path for every merchant.
/// let callback = endpoint(engine, "hpay-main", "va-callback")?;
/// Ok(::axum::Router::new().merge(webhooks(engine)).route("/va/callback", callback))
/// # }
/// ```
///
/// The source address of a delivery is the same as for [`webhooks`].
///
/// # Errors
/// Returns [`NotFound`](crate::ErrorKind::NotFound) if the engine does not have the provider or the
/// provider does not have the endpoint, and [`Unsupported`](crate::ErrorKind::Unsupported) if the
/// provider sends no notifications.
pub fn endpoint<S: Clone + Send + Sync + 'static>(
    engine: &Engine,
    provider: &str,
    endpoint: &str,
) -> Result<MethodRouter<S>> {
    endpoint_from(engine, provider, endpoint, peer)
}

/// Returns the same handler as [`endpoint`], but gets the source address of each delivery from
/// `source`, like [`webhooks_from`].
///
/// # Errors
/// The same as for [`endpoint`].
pub fn endpoint_from<S: Clone + Send + Sync + 'static>(
    engine: &Engine,
    provider: &str,
    endpoint: &str,
    source: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static,
) -> Result<MethodRouter<S>> {
    let found = engine.provider(provider)?;
    let endpoints = found.notifications()?.endpoints();
    if !endpoints.iter().any(|known| known.name.as_str() == endpoint) {
        let known: Vec<_> = endpoints.iter().map(|known| known.name.as_str()).collect();
        let message =
            format!("{provider} has no endpoint {endpoint:?}; it has {}", known.join(", "));
        return Err(Error::new(ErrorKind::NotFound, message));
    }
    let hooks = Hooks { engine: engine.clone(), source: Arc::new(source) };
    let (provider, endpoint) = (provider.to_owned(), endpoint.to_owned());
    Ok(any(move |request: Request| async move {
        accept(State(hooks), Path((provider, endpoint)), request).await
    }))
}

/// Returns the address of the connected peer, if the server knows it.
fn peer(head: &Parts) -> Option<IpAddr> {
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip())
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
