//! A tiny Template: its three calls, its books and its notifications.
//!
//! It is written from the guide and not from the client. It shares neither a type nor a signing
//! function with it, so that one misreading cannot pass on both sides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use simulator_kit::{Clock, HangUp, Outbox, Outgoing, Receipt, Schedule, Server};

pub(crate) const MERCHANT: &str = "T-1001";
pub(crate) const API_KEY: &str = "api-key-for-tests-only";
pub(crate) const NOTIFY_SECRET: &str = "notify-secret-for-tests-only";

const NOW: i64 = 1_700_000_000;

pub(crate) struct Gateway {
    server: Server,
    books: Arc<Mutex<Books>>,
    outbox: Outbox,
    clock: Clock,
}

#[derive(Default)]
struct Books {
    payments: BTreeMap<String, Value>,
    requests: usize,
    spoil: Option<Spoil>,
}

/// What happens to the next answer, once the gateway has done its work.
#[derive(Clone, Copy)]
pub(crate) enum Spoil {
    /// The connection closes without one.
    Lose,
    /// A proxy in between puts its own page there.
    ProxyPage,
    /// It speaks of another amount.
    OtherAmount,
}

/// A notification before it is signed.
#[derive(Clone)]
pub(crate) struct News {
    pub(crate) id: String,
    pub(crate) merchant: String,
    pub(crate) r#type: String,
    pub(crate) payment: Value,
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        let books = Arc::new(Mutex::new(Books::default()));
        let router = Router::new()
            .route("/v1/payments", post(open))
            .route("/v1/payments/{reference}", get(find))
            .route("/v1/payments/{reference}/cancel", post(cancel))
            .layer(from_fn_with_state(Arc::clone(&books), at_the_door))
            .with_state(Arc::clone(&books));
        Self {
            server: Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap(),
            books,
            outbox: Outbox::new(Duration::from_secs(5)),
            clock: Clock::fixed(NOW),
        }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many requests it has seen.
    pub(crate) fn requests(&self) -> usize {
        self.books().requests
    }

    /// Every payment in the books.
    pub(crate) fn payments(&self) -> Vec<Value> {
        self.books().payments.values().cloned().collect()
    }

    pub(crate) fn spoil_next_answer(&self, spoil: Spoil) {
        self.books().spoil = Some(spoil);
    }

    /// The buyer pays in full; what the gateway would say about it.
    pub(crate) fn buyer_pays(&self, reference: &str) -> News {
        let mut books = self.books();
        let payment = books.payments.get_mut(reference).unwrap();
        payment["state"] = json!("paid");
        payment["received"] = payment["amount"].clone();
        News {
            id: format!("evt_{reference}_paid"),
            merchant: MERCHANT.to_owned(),
            r#type: "payment.updated".to_owned(),
            payment: payment.clone(),
        }
    }

    /// Signs the news and posts it to `url`.
    pub(crate) async fn notify(&self, url: &str, news: &News) -> Receipt {
        let body = news.body();
        let stamp = self.clock.unix_seconds().to_string();
        let signature = sign(NOTIFY_SECRET, &stamp, &body);
        self.post(url, &[(STAMP, &stamp), (SIGNATURE, &signature)], body).await
    }

    /// Posts anything, signed by nobody.
    pub(crate) async fn post(&self, url: &str, headers: &[(&str, &str)], body: String) -> Receipt {
        let request = headers
            .iter()
            .fold(http::Request::post(url), |request, (name, value)| request.header(*name, *value))
            .body(body.into())
            .unwrap();
        self.outbox.send(Outgoing { request, schedule: Schedule::Once }).await.remove(0)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

impl News {
    pub(crate) fn body(&self) -> String {
        json!({
            "id": self.id,
            "merchant": self.merchant,
            "type": self.r#type,
            "payment": self.payment,
        })
        .to_string()
    }
}

pub(crate) const STAMP: &str = "template-stamp";
pub(crate) const SIGNATURE: &str = "template-signature";

pub(crate) fn sign(secret: &str, stamp: &str, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{stamp}.{body}").as_bytes());
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Counts, asks for the key, lets the work be done, and only then spoils the answer.
async fn at_the_door(
    State(books): State<Arc<Mutex<Books>>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    books.lock().unwrap().requests += 1;
    if headers.get("authorization").is_none_or(|key| key != &format!("Bearer {API_KEY}")) {
        return refuse(StatusCode::UNAUTHORIZED, "unauthorised");
    }
    let answer = next.run(request).await;
    let spoil = books.lock().unwrap().spoil.take();
    match spoil {
        None => answer,
        Some(Spoil::Lose) => HangUp.into_response(),
        Some(Spoil::ProxyPage) => {
            (StatusCode::BAD_GATEWAY, "<html>try later</html>").into_response()
        }
        Some(Spoil::OtherAmount) => {
            let mut payment = books.lock().unwrap().payments.values().last().cloned().unwrap();
            payment["amount"] = json!(1);
            Json(payment).into_response()
        }
    }
}

async fn open(State(books): State<Arc<Mutex<Books>>>, Json(asked): Json<Value>) -> Response {
    let reference = asked["reference"].as_str().unwrap().to_owned();
    let mut books = books.lock().unwrap();
    let number = books.payments.len() + 1;
    let payment = books.payments.entry(reference.clone()).or_insert_with(|| {
        json!({
            "id": format!("tp_{number}"),
            "reference": reference,
            "amount": asked["amount"],
            "received": 0,
            "currency": asked["currency"],
            "state": "open",
            "pay_url": format!("https://pay.template.example/tp_{number}"),
        })
    });
    if payment["amount"] == asked["amount"] {
        Json(payment.clone()).into_response()
    } else {
        refuse(StatusCode::CONFLICT, "reference_taken")
    }
}

async fn find(State(books): State<Arc<Mutex<Books>>>, Path(reference): Path<String>) -> Response {
    match books.lock().unwrap().payments.get(&reference) {
        Some(payment) => Json(payment.clone()).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "unknown_reference"),
    }
}

async fn cancel(State(books): State<Arc<Mutex<Books>>>, Path(reference): Path<String>) -> Response {
    match books.lock().unwrap().payments.get_mut(&reference) {
        Some(payment) if payment["state"] == "open" => {
            payment["state"] = json!("cancelled");
            Json(payment.clone()).into_response()
        }
        Some(_) => refuse(StatusCode::CONFLICT, "not_open"),
        None => refuse(StatusCode::NOT_FOUND, "unknown_reference"),
    }
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error, "message": "see the guide" }))).into_response()
}
