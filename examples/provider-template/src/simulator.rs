//! A simulated Template on loopback: its two calls, its page, its books and its notifications.
//!
//! It is written from the guide and not from the client. The two share neither a type nor a signing
//! function, so that both sides cannot agree on the same misreading.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use simulator_kit::{Clock, Outbox, Outgoing, Row, Schedule, Section, Server};

/// The id of the simulated merchant.
pub const MERCHANT: &str = "T-1001";
/// The merchant's API key.
pub const API_KEY: &str = "api-key-of-the-tests";
/// The secret that signs its notifications.
pub const NOTIFY_SECRET: &str = "notify-secret-of-the-tests";

/// A running gateway with its own books. It stops when it is dropped.
#[derive(Debug)]
pub struct Template {
    server: Server,
    world: Arc<World>,
}

#[derive(Debug)]
struct World {
    url: OnceLock<String>,
    clock: Clock,
    outbox: Outbox,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// Every payment with the request that opened it, by its reference.
    payments: BTreeMap<String, (Value, Value)>,
    /// The buyers' payments: the reference and the amount.
    paid: Vec<(String, i64)>,
    /// The notifications that were not taken yet.
    notifications: Vec<Value>,
}

impl Template {
    /// Starts a gateway with empty books at `at`; port 0 uses a free port. It accepts `host_names`
    /// besides its own address.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn start(at: SocketAddr, host_names: Vec<String>, clock: Clock) -> io::Result<Self> {
        let world = Arc::new(World {
            url: OnceLock::new(),
            clock,
            outbox: Outbox::new(Duration::from_secs(5)),
            books: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1/payments", post(open))
            .route("/v1/payments/{reference}", get(find))
            .route("/pay/{reference}", get(show_page).post(press_button))
            .with_state(Arc::clone(&world));
        let server = Server::start_as(router, at, host_names).await?;
        world.url.get_or_init(|| server.url());
        Ok(Self { server, world })
    }

    /// Returns its address, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Pays on Template's page, which accepts only the exact amount, and only once. Returns whether
    /// the payment was accepted.
    pub async fn pay(&self, reference: &str, amount: i64) -> bool {
        self.world.pay(reference, amount).await
    }

    /// Returns the buyers' payments, the oldest first: the reference and the amount in đồng.
    pub fn paid(&self) -> Vec<(String, i64)> {
        self.world.books().paid.clone()
    }

    /// Returns the request that opened a payment, as it arrived.
    pub fn opened_by(&self, reference: &str) -> Option<Value> {
        self.world.books().payments.get(reference).map(|(_, request)| request.clone())
    }

    /// Removes and returns the notifications since the last call, the oldest first, without a
    /// signature.
    pub fn take_notifications(&self) -> Vec<Value> {
        std::mem::take(&mut self.world.books().notifications)
    }

    /// Returns the description for people: addresses and things to try.
    pub fn description(&self) -> Vec<Section> {
        let url = self.url();
        let open = format!(
            "curl {url}/v1/payments -H 'authorization: Bearer {API_KEY}' -H 'content-type: \
             application/json' -d '{{\"reference\":\"ORDER-1\",\"amount\":50000,\"currency\":\"VND\"}}'"
        );
        vec![
            Section::new("Test credentials")
                .with_row(Row::new("merchant id", MERCHANT))
                .with_row(Row::new("API key", API_KEY).with_note("a bearer token"))
                .with_row(
                    Row::new("notify secret", NOTIFY_SECRET).with_note("signs notifications"),
                ),
            Section::new("Try").with_row(Row::new("open a payment", open)).with_row(
                Row::new("pay it", format!("{url}/pay/ORDER-1"))
                    .with_note("in a browser; the notification goes to the notify_url"),
            ),
        ]
    }
}

/// Builds the HTTP request of a notification, signed by an HMAC over the time, a full stop and the
/// body.
///
/// # Errors
/// `url` is not an address.
pub fn notification(
    url: &str,
    body: Bytes,
    secret: &str,
    unix_seconds: i64,
) -> http::Result<Request<Bytes>> {
    // An HMAC accepts a key of any length.
    let signature = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_or_else(
        |_| String::new(),
        |mut hmac| {
            hmac.update(format!("{unix_seconds}.").as_bytes());
            hmac.update(&body);
            format!("v1={}", hex::encode(hmac.finalize().into_bytes()))
        },
    );
    Request::post(url)
        .header("content-type", "application/json")
        .header("template-signature", signature)
        .header("template-stamp", unix_seconds)
        .body(body)
}

impl World {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a payment. A repeated reference returns the first payment.
    fn open(&self, request: &Value) -> Response {
        let Some(reference) = request["reference"].as_str() else {
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request");
        };
        if !request["return_url"].is_string() {
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request");
        }
        let url = self.url.get().map_or("", String::as_str);
        let mut books = self.books();
        let number = books.payments.len() + 1;
        let (payment, _) = books.payments.entry(reference.to_owned()).or_insert_with(|| {
            let payment = json!({
                "id": format!("tp_{number}"),
                "reference": reference,
                "amount": request["amount"],
                "received": 0,
                "currency": request["currency"],
                "state": "open",
                "pay_url": format!("{url}/pay/{reference}"),
            });
            (payment, request.clone())
        });
        if payment["amount"] == request["amount"] {
            Json(payment.clone()).into_response()
        } else {
            refuse(StatusCode::CONFLICT, "reference_taken")
        }
    }

    async fn pay(&self, reference: &str, amount: i64) -> bool {
        let Some((body, url)) = self.book(reference, amount) else { return false };
        let signed = url.map(|url| {
            notification(&url, body.to_string().into(), NOTIFY_SECRET, self.clock.unix_seconds())
        });
        if let Some(Ok(request)) = signed {
            self.outbox.send(Outgoing { request, schedule: Schedule::Once }).await;
        }
        true
    }

    /// Books the buyer's payment. Returns the notification and the address that receives it.
    fn book(&self, reference: &str, amount: i64) -> Option<(Value, Option<String>)> {
        let mut books = self.books();
        let (payment, request) = books.payments.get_mut(reference)?;
        if payment["state"] != "open" || payment["amount"] != amount {
            return None;
        }
        payment["state"] = json!("paid");
        payment["received"] = json!(amount);
        let body = json!({
            "id": format!("evt_{reference}_paid"),
            "merchant": MERCHANT,
            "type": "payment.updated",
            "payment": payment,
        });
        let url = request["notify_url"].as_str().map(str::to_owned);
        books.paid.push((reference.to_owned(), amount));
        books.notifications.push(body.clone());
        Some((body, url))
    }
}

async fn open(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    if is_known(&headers) {
        world.open(&request)
    } else {
        refuse(StatusCode::UNAUTHORIZED, "unauthorised")
    }
}

async fn find(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Response {
    match world.books().payments.get(&reference) {
        _ if !is_known(&headers) => refuse(StatusCode::UNAUTHORIZED, "unauthorised"),
        Some((payment, _)) => Json(payment.clone()).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "unknown_reference"),
    }
}

async fn show_page(State(world): State<Arc<World>>, Path(reference): Path<String>) -> Response {
    match world.books().payments.get(&reference).map(|(payment, _)| payment["amount"].as_i64()) {
        Some(Some(amount)) => {
            Html(format!("<form method=post><button>Pay {amount} VND</button></form>"))
                .into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn press_button(State(world): State<Arc<World>>, Path(reference): Path<String>) -> Response {
    let asked =
        world.books().payments.get(&reference).map(|(payment, _)| payment["amount"].as_i64());
    match asked {
        Some(Some(amount)) if world.pay(&reference, amount).await => "Paid.".into_response(),
        _ => (StatusCode::CONFLICT, "There is nothing to pay.").into_response(),
    }
}

fn is_known(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|key| key == &format!("Bearer {API_KEY}"))
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error, "message": "see the guide" }))).into_response()
}
