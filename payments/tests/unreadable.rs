//! A delivery that passed its check but cannot be read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;
use payments::{
    EndpointName, Environment, Error, NotificationReceiver, Payments, Provider, ProviderId,
    ProviderKind, Result, SystemClock, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, Outcome, Received, UnreadableDelivery,
    },
    signature::{self},
};
use tracing::{
    Level, Metadata, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber as _,
    span::{Attributes, Id, Record},
};

/// Receives deliveries whose amount cannot be read.
struct Receiver([Endpoint; 1]);

#[async_trait]
impl NotificationReceiver for Receiver {
    fn endpoints(&self) -> &[Endpoint] {
        &self.0
    }

    fn receive(&self, _: &EndpointName, _: &Delivery<'_>, _: Timestamp) -> Received {
        let proof = signature::unauthenticated();
        UnreadableDelivery::new(proof, "transferAmount", "\"50.000\": 50000 or 50?").into()
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        Err(Error::unsupported("there is nothing to confirm"))
    }

    fn reply(&self, _: &EndpointName, outcome: Outcome) -> http::Response<Bytes> {
        let mut reply = http::Response::new(Bytes::new());
        *reply.status_mut() = match outcome {
            Outcome::Handled | Outcome::Duplicate | Outcome::Ignored => StatusCode::OK,
            Outcome::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
            Outcome::Untrusted => StatusCode::UNAUTHORIZED,
        };
        reply
    }
}

/// Records the fields of each event at `warn`.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!("{}={value:?};", field.name()));
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() == Level::WARN
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = String::new();
        event.record(&mut Fields(&mut fields));
        self.0.lock().unwrap().push(fields);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn an_unreadable_delivery_is_asked_for_again_without_event_and_named_in_one_warning() {
    let name = EndpointName::new("webhook").unwrap();
    let endpoint = Endpoint::new(name, http::Method::POST, "anywhere");
    let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
    let provider = Provider::new(id, kind, Environment::Sandbox)
        .with_notifications(Arc::new(Receiver([endpoint])));
    let hub = Payments::new([provider], Arc::new(SystemClock)).unwrap();

    let request = http::Request::post("/").body("").unwrap();
    let warnings = Warnings::default();
    let delivery = Delivery::of(&request);
    let received = hub.receive("main", "webhook", &delivery);
    let intake = received.with_subscriber(warnings.clone()).await.unwrap();

    assert_eq!(intake.outcome(), Outcome::TryAgain);
    assert!(intake.events.is_empty() && intake.doubts.is_empty(), "{intake:?}");
    assert_eq!(intake.unreadable().unwrap().field, "transferAmount");
    for outcome in [Outcome::Handled, Outcome::Duplicate, Outcome::Ignored, Outcome::TryAgain] {
        let status = intake.reply(outcome).status();
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{outcome:?}");
    }
    let checked = hub.check("main", "webhook", &delivery, hub.now()).unwrap();
    for outcome in [Outcome::Handled, Outcome::Duplicate, Outcome::Ignored] {
        let status = checked.reply(outcome).status();
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "stored or not: {outcome:?}");
    }
    let warnings = warnings.0.lock().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for named in ["provider=\"main\"", "endpoint=\"webhook\"", "field=\"transferAmount\""] {
        assert!(warnings[0].contains(named), "{named} in {warnings:?}");
    }
}

/// A signed webhook of SePay with this amount.
#[cfg(all(feature = "sepay", feature = "inventory"))]
async fn received(amount: &str) -> payments::Intake {
    use payments::{Secret, money::Money, sepay::testing::BankWebhook};

    const SECRET: &str = "whsec_test_0123456789abcdef0123456789abcdef";
    let config = toml::from_str(&format!(
        "[providers.main]\nkind = 'sepay'\nenvironment = 'sandbox'\nwebhook_secret = '{SECRET}'\n"
    ));
    let hub = Payments::from_config(&config.unwrap()).unwrap();
    let webhook = BankWebhook::credit(92704, Money::vnd(1), "DH1").with("transferAmount", amount);
    let request = webhook.signed(&Secret::new(SECRET).unwrap(), hub.now());
    hub.receive("main", "bank-webhook", &Delivery::of(&request)).await.unwrap()
}

#[tokio::test]
#[cfg(all(feature = "sepay", feature = "inventory"))]
async fn a_signed_amount_whose_point_may_separate_thousands_is_asked_for_again() {
    for amount in ["50.000", "2.000", "100.000"] {
        let intake = received(amount).await;
        assert_eq!(intake.outcome(), Outcome::TryAgain, "{amount}");
        assert!(intake.events.is_empty() && intake.doubts.is_empty(), "{amount}: {intake:?}");
        assert_eq!(intake.unreadable().unwrap().field, "transferAmount", "{amount}");
        assert_eq!(intake.reply(Outcome::Handled).status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    let intake = received("50000.00").await;
    assert_eq!((intake.outcome(), intake.events.len()), (Outcome::Handled, 1), "{intake:?}");
}
