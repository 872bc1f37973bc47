//! Webhooks, their registration, and buyers who come back.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, response::IntoResponse, routing::post};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use payments_core::{
    DeclineReason, EndpointName, OrderRef, Provider, Secret, Submission, Timestamp,
    money::Money,
    notification::{Confirmation, Delivery, Event, EventData, Evidence, Outcome, Received},
    payment::PaymentState,
};
use provider_payos::{
    endpoints::{CANCEL, RETURN, WEBHOOK},
    testing::Deliveries,
};
use simulator_kit::Server;

use crate::world::{NOW, World, accepted};

fn receive(provider: &Provider, name: &str, request: &Request<Bytes>) -> Vec<Event> {
    let endpoint = EndpointName::new(name).unwrap();
    let receiver = provider.notifications().unwrap();
    let now = Timestamp::from_unix(NOW);
    match receiver.receive(&endpoint, &Delivery::of(request), now) {
        Received::Notification(notification) => notification.into_events(),
        other => panic!("{other:?}"),
    }
}

/// A shop's route, which keeps what it receives.
#[derive(Clone)]
struct Shop {
    kept: Arc<Mutex<Vec<Bytes>>>,
    status: StatusCode,
}

async fn keep(State(shop): State<Shop>, _: HeaderMap, body: Bytes) -> impl IntoResponse {
    shop.kept.lock().unwrap().push(body);
    shop.status
}

async fn shop(status: StatusCode) -> (Server, Shop) {
    let shop = Shop { kept: Arc::default(), status };
    let routes = Router::new().route("/webhook", post(keep)).with_state(shop.clone());
    (Server::start(routes, "127.0.0.1:0".parse().unwrap()).await.unwrap(), shop)
}

#[tokio::test]
async fn a_webhook_is_registered_once_its_sample_is_acknowledged() {
    let world = World::start().await;
    let (server, shop) = shop(StatusCode::OK).await;
    let url = format!("{}/webhook", server.url());
    let registered = accepted(world.extension().register_webhook(&url).await.unwrap());
    assert_eq!(registered.url, url);
    assert_eq!(registered.bank.as_deref(), Some("BIDV"));
    assert_eq!(world.payos.webhook_url(), Some(url));
    // The sample looks like money and is none.
    let sample = shop.kept.lock().unwrap().remove(0);
    let sample = Request::post("/webhook").body(sample).unwrap();
    let events = receive(&world.provider, WEBHOOK, &sample);
    assert!(matches!(events[0].data(), EventData::Test) && events[0].key().is_none());
    let endpoint = EndpointName::new(WEBHOOK).unwrap();
    let reply = world.provider.notifications().unwrap().reply(&endpoint, Outcome::Ignored);
    assert!(reply.status().is_success());

    // A paid link is told of there, and the inquiry knows it under the same key.
    world.opened("20260042").await;
    let paid = world.payos.buyer_pays("20260042", 50_000).await.unwrap();
    assert_eq!(paid.deliveries.len(), 1);
    let webhook = Request::post("/webhook").body(shop.kept.lock().unwrap().remove(0)).unwrap();
    let events = receive(&world.provider, WEBHOOK, &webhook);
    assert_eq!(*events[0].evidence(), Evidence::Proven);
    let found = world.found("20260042").await;
    assert_eq!(events[0].key(), Some(&found.credits[0].key));
}

#[tokio::test]
async fn an_address_that_does_not_acknowledge_is_not_registered() {
    let world = World::start().await;
    let (server, _) = shop(StatusCode::NOT_FOUND).await;
    let url = format!("{}/webhook", server.url());
    let refused = world.extension().register_webhook(&url).await.unwrap();
    let Submission::Declined(decline) = refused else { panic!("{refused:?}") };
    assert_eq!(decline.reason, DeclineReason::InvalidRequest);
    assert_eq!(world.payos.webhook_url(), None);
    assert!(world.extension().register_webhook("shop").await.is_err());
}

#[tokio::test]
async fn a_webhook_with_an_ampersand_is_believed_once_the_link_says_the_same() {
    let world = World::start().await;
    world.opened("20260042").await;
    let paid = world.payos.buyer_pays("20260042", 50_000).await.unwrap();
    let link = world.payos.links().remove(0);
    let key = Secret::new(&world.payos.settings().payment.checksum_key).unwrap();
    let (order, deliveries) = (OrderRef::new("20260042").unwrap(), Deliveries::new(key));
    let webhook = |amount| {
        let transfer = deliveries.transfer(&order, Money::vnd(amount));
        let transfer = transfer.with_link(&link.id).with_reference(&paid.reference);
        transfer.with_memo("Tom & Jerry").webhook("/webhook").unwrap()
    };
    let receiver = world.provider.notifications().unwrap();
    let events = receive(&world.provider, WEBHOOK, &webhook(50_000));
    assert!(!events[0].is_trusted() && events[0].key().is_none());
    let Confirmation::Confirmed(event) = receiver.confirm(&events[0]).await.unwrap() else {
        panic!("not confirmed")
    };
    let EventData::Movement(credit) = event.data() else { panic!("{event:?}") };
    assert_eq!(credit.memo.as_deref(), Some(&*link.memo()), "the inquiry's, not the delivery's");
    let events = receive(&world.provider, WEBHOOK, &webhook(500_000));
    let confirmation = receiver.confirm(&events[0]).await.unwrap();
    assert!(matches!(confirmation, Confirmation::Contradicted { .. }), "{confirmation:?}");
}

#[tokio::test]
async fn a_buyer_who_comes_back_shows_a_page_and_settles_nothing() {
    let world = World::start().await;
    world.opened("1").await;
    world.payos.buyer_pays("1", 50_000).await.unwrap();
    // The merchant's address has a query of its own.
    let back = Request::get(world.payos.return_link("1").unwrap()).body(Bytes::new()).unwrap();
    for (name, expected) in [(RETURN, PaymentState::Settled), (CANCEL, PaymentState::Settled)] {
        let events = receive(&world.provider, name, &back);
        let EventData::Payment(payment) = events[0].data() else { panic!("{events:?}") };
        assert_eq!((payment.order.as_str(), payment.state), ("1", expected));
        assert_eq!(*events[0].evidence(), Evidence::DisplayOnly);
        assert!(events[0].key().is_none() && !events[0].is_trusted());
    }
}

#[tokio::test]
async fn the_buttons_of_the_page_pay_and_cancel() {
    let world = World::start().await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    for (order, button, state) in
        [("1", "pay", PaymentState::Settled), ("2", "cancel", PaymentState::Cancelled)]
    {
        world.opened(order).await;
        let link = world.payos.links().pop().unwrap();
        let page = format!("{}/web/{}", world.payos.hosts()["pay"], link.id);
        let text = client.get(&page).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("50.000 ₫"), "{text}");
        let form = client.post(&page).header("content-type", "application/x-www-form-urlencoded");
        let answer = form.body(format!("do={button}")).send().await.unwrap();
        let back = answer.headers()["location"].to_str().unwrap().to_owned();
        let back = Request::get(back).body(Bytes::new()).unwrap();
        let events = receive(&world.provider, RETURN, &back);
        let EventData::Payment(payment) = events[0].data() else { panic!("{events:?}") };
        assert_eq!((payment.order.as_str(), payment.state), (order, state));
        assert_eq!(world.found(order).await.state, state);
    }
}
