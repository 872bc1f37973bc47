//! Changes that leave the process as webhooks, verified by the library of Standard Webhooks.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, extract::State, routing::post};
use bytes::Bytes;
use engine_trials::world::{MAIN, PATIENCE, World, holds_within, payout};
use http::{HeaderMap, StatusCode};
use payments_core::Secret;
use payments_engine::{Engine, HandlerLimits, WebhookKey, WebhookSink};
use provider_kit::transport::{HttpClient, HttpClientSettings};
use provider_mock::PayoutOutcome;
use standardwebhooks::Webhook;

const KEY: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
const OLD_KEY: &str = "whsec_OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2";

/// A service that receives webhooks and answers with what is set.
#[derive(Clone)]
struct Receiver {
    verifies_with: &'static str,
    answers: Arc<Mutex<StatusCode>>,
    received: Arc<Mutex<Vec<(String, serde_json::Value)>>>,
}

impl Receiver {
    async fn start(verifies_with: &'static str) -> (Self, String) {
        let receiver = Self {
            verifies_with,
            answers: Arc::new(Mutex::new(StatusCode::NO_CONTENT)),
            received: Arc::default(),
        };
        let app = Router::new().route("/payments", post(receive)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/payments", listener.local_addr().unwrap());
        // It ends with the runtime of the test.
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, url)
    }

    fn answer(&self, status: StatusCode) {
        *self.answers.lock().unwrap() = status;
    }

    fn received(&self) -> Vec<(String, serde_json::Value)> {
        self.received.lock().unwrap().clone()
    }

    async fn has_received(&self, number: usize) -> bool {
        holds_within(PATIENCE, async || self.received().len() >= number).await
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let webhook = Webhook::new(receiver.verifies_with).unwrap();
    if webhook.verify(&body, &headers).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let body = serde_json::from_slice(&body).unwrap();
    receiver.received.lock().unwrap().push((id, body));
    *receiver.answers.lock().unwrap()
}

fn sink(url: &str, keys: &[&str]) -> WebhookSink {
    let keys = keys.iter().map(|key| WebhookKey::new(&Secret::new(*key).unwrap()).unwrap());
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    WebhookSink::new(url, keys, payments::webhook_client(Arc::new(client))).unwrap()
}

async fn engine(world: &World, sink: WebhookSink) -> Engine {
    let limits = HandlerLimits::default().with_tries(2);
    let builder = world.builder().with_sink("stock", sink).with_handler_limits(limits);
    builder.start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_arrives_signed_with_its_record() {
    let world = World::start().await;
    let (receiver, url) = Receiver::start(KEY).await;
    let engine = engine(&world, sink(&url, &[OLD_KEY, KEY])).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    assert!(receiver.has_received(1).await);
    let (id, body) = receiver.received().pop().unwrap();
    assert_eq!(body["type"], "payout.changed");
    assert_eq!(body["data"]["subject"], "payout:P-1");
    assert_eq!(body["data"]["payout"]["state"], "pending");
    assert!(id.ends_with(&format!("_{}", body["data"]["revision"])), "{id}: {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_is_sent_again_and_is_a_dead_letter_in_the_end() {
    let world = World::start().await;
    let (receiver, url) = Receiver::start(KEY).await;
    receiver.answer(StatusCode::INTERNAL_SERVER_ERROR);
    let engine = engine(&world, sink(&url, &[KEY])).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    assert!(receiver.has_received(1).await);
    world.advance(&engine, Duration::from_secs(2)).await;
    assert!(receiver.has_received(2).await);
    let received = receiver.received();
    assert_eq!(received[0], received[1], "the same webhook again");
    let letters = engine.dead_letters().await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].why.contains("HTTP 500"), "{letters:?}");

    // The next change of the record is sent all the same, after another start too.
    engine.stop().await;
    receiver.answer(StatusCode::OK);
    world.gateway().settle_payout("P-1", PayoutOutcome::Succeeded).unwrap();
    let engine = self::engine(&world, sink(&url, &[KEY])).await;
    world.advance(&engine, Duration::from_secs(30)).await;
    assert!(receiver.has_received(3).await);
    let (_, last) = receiver.received().pop().unwrap();
    assert_eq!(last["data"]["payout"]["state"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_with_another_key_verifies_nothing() {
    let world = World::start().await;
    let (receiver, url) = Receiver::start(OLD_KEY).await;
    let engine = engine(&world, sink(&url, &[KEY])).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    for _ in 0..2 {
        world.advance(&engine, Duration::from_secs(2)).await;
    }
    assert!(receiver.received().is_empty());
    let letters = engine.dead_letters().await.unwrap();
    assert!(letters[0].why.contains("HTTP 401"), "{letters:?}");
}

#[test]
fn an_address_that_anybody_can_read_is_refused() {
    let client = Arc::new(HttpClient::new(HttpClientSettings::default()).unwrap());
    let client = payments::webhook_client(client);
    let key = || WebhookKey::new(&Secret::new(KEY).unwrap()).unwrap();
    for bad in ["http://stock.example/in", "ftp://127.0.0.1/in", "stock.example"] {
        let refused = WebhookSink::new(bad, [key()], Arc::clone(&client));
        assert!(refused.is_err(), "{bad}");
    }
    assert!(WebhookSink::new("https://stock.example/in", [], Arc::clone(&client)).is_err());
    assert!(WebhookSink::new("https://stock.example/in", [key()], client).is_ok());
}
