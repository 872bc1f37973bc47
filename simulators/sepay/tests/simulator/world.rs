//! A simulator, a shop that receives its notifications, and an HTTP client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, extract::Request, routing::any};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};
use serde_json::Value;
use simulator_kit::{Clock, Outbox, Outgoing, Schedule, Server};
use simulator_sepay::{Host, SePaySimulator, Settings, sign};

/// Wednesday, 2023-11-15 05:13:20 at UTC+7.
pub(crate) const NOW: i64 = 1_700_000_000;

pub(crate) fn settings() -> Settings {
    Settings::test().with_clock(Clock::fixed(NOW))
}

pub(crate) async fn start(settings: Settings) -> SePaySimulator {
    SePaySimulator::start(settings).await.unwrap()
}

/// Sends one request; `Err` when no response came.
pub(crate) async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Response<Bytes>, String> {
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let outgoing =
        Outgoing { request: request.body(body.into()).unwrap(), schedule: Schedule::Once };
    Outbox::new(Duration::from_secs(10)).send(outgoing).await.remove(0).answer
}

pub(crate) fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

pub(crate) fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

/// A signed form for `invoice`, with `more` fields before the signature.
pub(crate) fn form(settings: &Settings, invoice: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("order_amount", "300000"),
        ("merchant", settings.merchant_id()),
        ("currency", "VND"),
        ("operation", "PURCHASE"),
        ("order_description", "Thanh toán đơn hàng"),
        ("order_invoice_number", invoice),
    ];
    fields.extend(more);
    let signature = sign::checkout(settings.secret_key(), fields.iter().copied());
    fields.push(("signature", &signature));
    encode(&fields)
}

pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Posts a form as the buyer's browser does.
pub(crate) async fn arrive(sepay: &SePaySimulator, form: String) -> Response<Bytes> {
    let url = format!("{}/v1/checkout/init", sepay.url(Host::Pay));
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(Method::POST, &url, &headers, form).await.unwrap()
}

/// Calls the order API as the merchant.
pub(crate) async fn orders(
    sepay: &SePaySimulator,
    method: Method,
    path: &str,
    body: &str,
) -> Result<Response<Bytes>, String> {
    let settings = sepay.settings();
    let pair = format!("{}:{}", settings.merchant_id(), settings.secret_key());
    let authorization = format!("Basic {}", STANDARD.encode(pair));
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    send(method, &format!("{}{path}", sepay.url(Host::PgApi)), &headers, body.to_owned()).await
}

/// The data of an order, which must exist.
pub(crate) async fn order(sepay: &SePaySimulator, invoice: &str) -> Value {
    let path = format!("/v1/order/detail/{invoice}");
    json(&orders(sepay, Method::GET, &path, "").await.unwrap())["data"].take()
}

/// Instructs the order API about an invoice.
pub(crate) async fn instruct(
    sepay: &SePaySimulator,
    instruction: &str,
    invoice: &str,
) -> Result<Response<Bytes>, String> {
    let body = format!(r#"{{"order_invoice_number":"{invoice}"}}"#);
    orders(sepay, Method::POST, &format!("/v1/order/{instruction}"), &body).await
}

/// Calls the User API as the merchant.
pub(crate) async fn user_api(sepay: &SePaySimulator, path: &str) -> Response<Bytes> {
    let authorization = format!("Bearer {}", sepay.settings().api_token());
    let headers = [("authorization", authorization.as_str())];
    let url = format!("{}{path}", sepay.url(Host::UserApi));
    send(Method::GET, &url, &headers, Bytes::new()).await.unwrap()
}

/// A merchant's server: it keeps the requests and responds with a fixed status.
pub(crate) struct Shop {
    server: Server,
    received: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    status: Arc<Mutex<StatusCode>>,
}

impl Shop {
    /// A shop that acknowledges every notification as SePay documents.
    pub(crate) async fn open() -> Self {
        Self::answering(r#"{"success": true}"#).await
    }

    pub(crate) async fn answering(answer: &'static str) -> Self {
        let received: Arc<Mutex<Vec<(HeaderMap, Bytes)>>> = Arc::default();
        let status: Arc<Mutex<StatusCode>> = Arc::default();
        let (kept, said) = (Arc::clone(&received), Arc::clone(&status));
        let take = any(move |request: Request| async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            kept.lock().unwrap().push((head.headers, body));
            (*said.lock().unwrap(), answer)
        });
        let router = Router::new().fallback_service(take);
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { server, received, status }
    }

    /// A shop that responds to every notification with `status`.
    pub(crate) async fn with_status(status: StatusCode) -> Self {
        let shop = Self::open().await;
        shop.set_status(status);
        shop
    }

    pub(crate) fn set_status(&self, status: StatusCode) {
        *self.status.lock().unwrap() = status;
    }

    pub(crate) fn at(&self, path: &str) -> http::Uri {
        format!("{}{path}", self.server.url()).parse().unwrap()
    }

    pub(crate) fn received(&self) -> Vec<(HeaderMap, Bytes)> {
        self.received.lock().unwrap().clone()
    }

    /// The bodies received, as JSON.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.received().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }
}
