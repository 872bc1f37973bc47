//! Deliveries over a real socket on loopback, through the routes of `payments::axum`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use engine_trials::world::{MAIN, PATIENCE, holds_within};
use payments_core::{ErrorKind, OrderRef, money::Money, payment::CreatePayment};
use payments_engine::{Engine, Store};
use provider_kit::transport::{Call, HttpClient, HttpClientSettings, Transport};
use provider_mock::simulator::{MockSimulator, SimulatorSettings};

/// A shop that listens on loopback.
struct Shop {
    simulator: MockSimulator,
    engine: Engine,
    url: String,
}

async fn shop() -> Shop {
    let simulator = MockSimulator::start(SimulatorSettings::test()).await.unwrap();
    let engine = Engine::builder()
        .with_store(Store::memory())
        .with_provider(simulator.gateway().provider(MAIN).unwrap())
        .with_interval(Duration::from_millis(20))
        .with_clock(simulator.shared_clock())
        .start()
        .await
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    // A router with a state of its own, and a fixed path for one endpoint.
    let events = payments::axum::endpoint(&engine, MAIN, "events").unwrap();
    let app = axum::Router::new()
        .route(
            "/state",
            axum::routing::get(|State(state): State<u8>| async move { state.to_string() }),
        )
        .merge(payments::axum::webhooks(&engine))
        .route("/hooks/fixed", events)
        .with_state(7_u8);
    // It ends with the runtime of the test.
    tokio::spawn(async move { axum::serve(listener, app).await });
    let events = format!("{url}/{MAIN}/events");
    simulator.gateway().send_notifications_to(Some(&events)).unwrap();
    Shop { simulator, engine, url }
}

async fn status(method: http::Method, url: String, body: Vec<u8>) -> u16 {
    let request = http::Request::builder().method(method).uri(url);
    let request = request.body(bytes::Bytes::from(body)).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let client: Arc<dyn Transport> = Arc::new(client);
    client.inquire(Call::inquiry("deliver", request)).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_delivery_over_a_socket_is_booked_and_replied_to() {
    let shop = shop().await;
    let order = OrderRef::new("A-1").unwrap();
    let request = CreatePayment::new(order.clone(), Money::vnd(50_000)).unwrap();
    let provider = shop.simulator.gateway().provider(MAIN).unwrap();
    let opened = provider.payments().unwrap().create_payment(&request).await.unwrap();
    assert!(opened.accepted().is_ok());
    shop.simulator.pay("A-1", Money::vnd(50_000)).await.unwrap();
    let receipts = shop.simulator.receipts();
    assert!(!receipts.is_empty(), "the gateway delivers");
    let is_paid = async || {
        let payment = shop.engine.payment(&order).await.unwrap();
        payment.is_some_and(|payment| payment.received() == Some(Money::vnd(50_000)))
    };
    assert!(holds_within(PATIENCE, is_paid).await, "{receipts:#?}");
    shop.engine.stop().await;
}

#[tokio::test]
async fn a_fixed_path_takes_the_deliveries_of_one_endpoint() {
    let shop = shop().await;
    let fixed = format!("{}/fixed", shop.url);
    shop.simulator.gateway().send_notifications_to(Some(&fixed)).unwrap();
    let order = OrderRef::new("A-1").unwrap();
    let request = CreatePayment::new(order.clone(), Money::vnd(50_000)).unwrap();
    let provider = shop.simulator.gateway().provider(MAIN).unwrap();
    let opened = provider.payments().unwrap().create_payment(&request).await.unwrap();
    assert!(opened.accepted().is_ok());
    shop.simulator.pay("A-1", Money::vnd(50_000)).await.unwrap();
    let is_paid = async || {
        let payment = shop.engine.payment(&order).await.unwrap();
        payment.is_some_and(|payment| payment.received() == Some(Money::vnd(50_000)))
    };
    assert!(holds_within(PATIENCE, is_paid).await, "{:#?}", shop.simulator.receipts());
    for (provider, endpoint, kind) in
        [("other", "events", ErrorKind::NotFound), (MAIN, "other", ErrorKind::NotFound)]
    {
        let error = payments::axum::endpoint::<()>(&shop.engine, provider, endpoint).err().unwrap();
        assert_eq!(error.kind(), kind, "{error}");
    }
    shop.engine.stop().await;
}

#[tokio::test]
async fn forgeries_strangers_and_floods_are_refused() {
    let shop = shop().await;
    let at = |path: &str| format!("{}/{path}", shop.url);
    let post = http::Method::POST;
    assert_eq!(status(post.clone(), at("main/events"), b"{}".to_vec()).await, 401);
    assert_eq!(status(http::Method::GET, at("main/events"), Vec::new()).await, 401);
    assert_eq!(status(post.clone(), at("nobody/events"), b"{}".to_vec()).await, 404);
    let flood = vec![b' '; payments::axum::LARGEST_BODY + 1];
    assert_eq!(status(post, at("main/events"), flood).await, 413);
    let health = shop.engine.health().await.unwrap().inbox;
    assert_eq!(health.refused.iter().map(|(_, count)| count).sum::<u64>(), 2, "{health:?}");
    shop.engine.stop().await;
}
