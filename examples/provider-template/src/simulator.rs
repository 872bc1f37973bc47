//! A simulated Template on loopback: its two calls, its books, and what it sends.
//!
//! It is written from the guide and not from the client. It shares neither a type nor a signing
//! function with it, so that one misreading cannot pass on both sides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hmac::{Hmac, KeyInit, Mac};
use payments_core::{ManualClock, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;
use simulator_kit::Server;

pub(crate) const MERCHANT: &str = "T-1001";
pub(crate) const API_KEY: &str = "api-key-of-the-tests";
pub(crate) const NOTIFY_SECRET: &str = "notify-secret-of-the-tests";

/// A gateway with empty books. It stops when it is dropped.
pub(crate) struct Template {
    pub(crate) server: Server,
    pub(crate) books: Arc<Mutex<Books>>,
    pub(crate) clock: ManualClock,
}

#[derive(Default)]
pub(crate) struct Books {
    /// Every payment, by its reference.
    pub(crate) payments: BTreeMap<String, Value>,
    /// What buyers paid: the reference, and how much.
    pub(crate) paid: Vec<(String, i64)>,
    /// What is to be told to the merchant.
    pub(crate) news: Vec<Value>,
}

impl Template {
    pub(crate) async fn start() -> Self {
        let books = Arc::new(Mutex::new(Books::default()));
        let router = Router::new()
            .route("/v1/payments", post(open))
            .route("/v1/payments/{reference}", get(find))
            .with_state(Arc::clone(&books));
        Self {
            server: Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap(),
            books,
            clock: ManualClock::at(Timestamp::from_unix(1_731_741_261)),
        }
    }

    /// The buyer pays on Template's page, which takes nothing but the amount, and once.
    pub(crate) fn buyer_pays(&self, reference: &str, amount: i64) -> bool {
        let mut books = self.books.lock().unwrap();
        let payment = books.payments.get_mut(reference).unwrap();
        if payment["state"] != "open" || payment["amount"] != amount {
            return false;
        }
        payment["state"] = json!("paid");
        payment["received"] = json!(amount);
        let news = json!({
            "id": format!("evt_{reference}_paid"),
            "merchant": MERCHANT,
            "type": "payment.updated",
            "payment": payment,
        });
        books.paid.push((reference.to_owned(), amount));
        books.news.push(news);
        true
    }
}

async fn open(
    State(books): State<Arc<Mutex<Books>>>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    if !is_known(&headers) {
        return refuse(StatusCode::UNAUTHORIZED, "unauthorised");
    }
    let reference = asked["reference"].as_str().unwrap().to_owned();
    let mut books = books.lock().unwrap();
    let number = books.payments.len() + 1;
    // A repeated reference is answered with the first payment.
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

async fn find(
    State(books): State<Arc<Mutex<Books>>>,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Response {
    match books.lock().unwrap().payments.get(&reference) {
        _ if !is_known(&headers) => refuse(StatusCode::UNAUTHORIZED, "unauthorised"),
        Some(payment) => Json(payment.clone()).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "unknown_reference"),
    }
}

fn is_known(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|key| key == &format!("Bearer {API_KEY}"))
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error, "message": "see the guide" }))).into_response()
}

/// The signature of a notification: an HMAC over the time, a full stop and the body.
pub(crate) fn sign(secret: &str, stamp: &str, body: &[u8]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    hmac.update(stamp.as_bytes());
    hmac.update(b".");
    hmac.update(body);
    format!("v1={}", hex::encode(hmac.finalize().into_bytes()))
}
