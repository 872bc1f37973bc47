//! The merchant's side of the tests: raw requests, and a server that receives notifications.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, extract::State, http::StatusCode, http::Uri};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use simulator_hpay::{HPaySimulator, Host, Keys, Settings};
use simulator_kit::{Clock, Outbox, Outgoing, Schedule, Server};

/// 16 November 2024, 14:27 in Vietnam.
pub(crate) const NOW: i64 = 1_731_742_061;
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

pub(crate) async fn start() -> HPaySimulator {
    start_with(Settings::test()).await
}

pub(crate) async fn start_with(settings: Settings) -> HPaySimulator {
    HPaySimulator::start(settings.with_clock(Clock::fixed(NOW))).await.unwrap()
}

/// Sends one request; the body of the response, or why there is none.
pub(crate) async fn send(request: Request<Bytes>) -> Result<String, String> {
    let outbox = Outbox::new(Duration::from_secs(30));
    let receipts = outbox.send(Outgoing { request, schedule: Schedule::Once }).await;
    let answer = receipts[0].answer.clone()?;
    Ok(String::from_utf8(answer.body().to_vec()).unwrap())
}

pub(crate) async fn get(url: &str) -> Result<String, String> {
    send(Request::get(url).body(Bytes::new()).unwrap()).await
}

pub(crate) async fn get_json(url: &str) -> Value {
    serde_json::from_str(&get(url).await.unwrap()).unwrap()
}

/// Posts JSON; the response must be JSON too.
pub(crate) async fn post(url: &str, body: &Value) -> Value {
    let text = try_post(url, body).await.unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) async fn try_post(url: &str, body: &Value) -> Result<String, String> {
    let request = Request::post(url)
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    send(request).await
}

pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The named values of a URL's query, decoded once, as the client must read them.
pub(crate) fn fields(url: &str) -> BTreeMap<String, String> {
    let (_, query) = url.split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .map(|(name, value)| (name.trim().to_owned(), value))
        .collect()
}

/// A checkout link for `price` đồng, signed, with `more` unsigned parameters.
pub(crate) fn checkout_link(
    hpay: &HPaySimulator,
    order_code: &str,
    price: &str,
    more: &[(&str, &str)],
) -> String {
    let receiver = hpay.merchant_email();
    let secure_code = hpay.codes().checkout_link(receiver, price, "vnd", order_code);
    let mut pairs = vec![
        ("merchant_site_code", hpay.merchant_id()),
        ("return_url", "http://127.0.0.1:1/back"),
        ("receiver", receiver),
        ("order_code", order_code),
        ("price", price),
        ("currency", "vnd"),
        ("secure_code", &secure_code),
        ("installment", "0"),
    ];
    pairs.extend_from_slice(more);
    format!("{}/v1/checkout.php?{}", hpay.url(Host::Checkout), query(&pairs))
}

pub(crate) async fn order_inquiry(hpay: &HPaySimulator, order_code: &str) -> Value {
    let url = format!("{}/api/transaction/GetTransactionDetail", hpay.url(Host::Checkout));
    let body = json!({
        "merchant_id": hpay.merchant_id(),
        "order_code": order_code,
        "checksum": hpay.codes().order_inquiry(Some(order_code), None),
    });
    post(&url, &body).await
}

/// Keys that sign as the merchant: its private key replaces the gateway's.
pub(crate) fn merchant_keys(hpay: &HPaySimulator) -> Keys {
    Keys::read(hpay.merchant_private_key().unwrap(), hpay.hpay_certificate()).unwrap()
}

/// A signed payout request to a known account.
pub(crate) fn payout_request(hpay: &HPaySimulator, request_id: &str, amount: &str) -> Value {
    let name = "NGUYEN VAN A";
    let text = hpay.codes().payout_request_text(request_id, amount, name);
    json!({
        "requestId": request_id,
        "merchantId": hpay.merchant_id(),
        "merchantEmail": hpay.merchant_email(),
        "bankName": "BIDV",
        "bankAccountNumber": "1234567890912312",
        "bankAccountName": name,
        "amount": amount,
        "note": "chuyen tien iBFT",
        "secureChain": merchant_keys(hpay).sign(&text).unwrap(),
    })
}

pub(crate) async fn payout_inquiry(hpay: &HPaySimulator, request_id: &str) -> Value {
    let code = hpay.codes().payout_inquiry(request_id, None);
    let pairs = query(&[
        ("requestId", request_id),
        ("merchantId", hpay.merchant_id()),
        ("secureChain", &code),
    ]);
    get_json(&format!("{}/api/ibft/inquiry?{pairs}", hpay.url(Host::Account))).await
}

/// A merchant's server that receives notifications and responds to each with the same status.
pub(crate) struct NotificationServer {
    server: Server,
    received: Arc<Mutex<Vec<String>>>,
}

impl NotificationServer {
    pub(crate) async fn open(status: StatusCode) -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new()
            .fallback(move |State(received): State<Arc<Mutex<Vec<String>>>>, uri: Uri| async move {
                received.lock().unwrap().push(uri.to_string());
                status
            })
            .with_state(Arc::clone(&received));
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { server, received }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The path and query of each notification so far.
    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}
