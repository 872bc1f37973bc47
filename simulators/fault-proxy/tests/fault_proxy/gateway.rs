//! A gateway of a few lines that books every POST, and a client.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    routing::{get, post},
};
use fault_proxy::FaultProxy;
use http::{Request, Response, header};
use provider_kit::transport::{Call, HttpClient, HttpClientSettings, Transport, TransportError};
use simulator_kit::Server;

/// The answer to every POST.
pub(crate) const BOOKED: &str = r#"{"state":"booked","amount":50000}"#;

pub(crate) struct Gateway {
    server: Server,
    booked: Arc<AtomicUsize>,
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        let booked = Arc::new(AtomicUsize::new(0));
        let router = Router::new()
            .route("/payouts", post(book))
            .route("/balance", get(|| async { "7" }))
            .with_state(Arc::clone(&booked));
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { server, booked }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn booked(&self) -> usize {
        self.booked.load(Ordering::SeqCst)
    }
}

async fn book(
    State(booked): State<Arc<AtomicUsize>>,
    _whole_body: Bytes,
) -> ([(header::HeaderName, &'static str); 1], &'static str) {
    booked.fetch_add(1, Ordering::SeqCst);
    ([(header::CONTENT_TYPE, "application/json")], BOOKED)
}

/// A gateway, a proxy before it, and a client that has not called yet.
pub(crate) async fn start() -> (Gateway, FaultProxy, HttpClient) {
    let gateway = Gateway::start().await;
    let proxy = FaultProxy::start(&gateway.url()).await.unwrap();
    (gateway, proxy, client(Duration::from_secs(30)))
}

pub(crate) fn client(timeout: Duration) -> HttpClient {
    HttpClient::new(HttpClientSettings::default().with_timeout(timeout)).unwrap()
}

/// Pays as an instruction, on a connection of its own.
pub(crate) async fn pay(
    client: &HttpClient,
    proxy: &FaultProxy,
) -> Result<Response<Bytes>, TransportError> {
    client.send(Call::instruction("pay", payment(proxy))).await
}

/// Pays over a connection that may have answered before, as a client does that has one pool.
pub(crate) async fn pay_over_the_pool(
    client: &HttpClient,
    proxy: &FaultProxy,
) -> Result<Response<Bytes>, TransportError> {
    client.send(Call::inquiry("pay", payment(proxy))).await
}

fn payment(proxy: &FaultProxy) -> Request<Bytes> {
    let body = Bytes::from_static(br#"{"amount":50000}"#);
    Request::post(format!("{}/payouts", proxy.url())).body(body).unwrap()
}

pub(crate) async fn balance(
    client: &HttpClient,
    proxy: &FaultProxy,
) -> Result<Response<Bytes>, TransportError> {
    let request = Request::get(format!("{}/balance", proxy.url())).body(Bytes::new()).unwrap();
    client.send(Call::inquiry("balance", request)).await
}
