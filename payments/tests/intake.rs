//! What the hub makes of deliveries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use payments::{
    DedupeKey, Doubt, EndpointName, Environment, Error, NotificationReceiver, OrderRef, Payments,
    Provider, ProviderId, ProviderKind, Result, Secret, StatedKey, SystemClock, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, News, Notification, Outcome, Received,
        check::{self, Keys, Part, Signature},
    },
    payment::{Payment, PaymentState},
};

/// A gateway that tells of a payment in this state, by itself and through the buyer's browser.
struct Gateway {
    endpoints: [Endpoint; 2],
    state: PaymentState,
    /// Whether its signature covers the order, or only a token is sent along.
    signs: bool,
    /// The fields on which its news rests.
    rests_on: &'static [&'static str],
    /// What its inquiry says.
    answer: fn() -> Result<Confirmation>,
}

impl Gateway {
    fn hub(state: PaymentState, signs: bool, answer: fn() -> Result<Confirmation>) -> Payments {
        Self::hub_resting_on(&["order"], state, signs, answer)
    }

    fn hub_resting_on(
        rests_on: &'static [&'static str],
        state: PaymentState,
        signs: bool,
        answer: fn() -> Result<Confirmation>,
    ) -> Payments {
        let endpoint =
            |name| Endpoint::new(EndpointName::new(name).unwrap(), http::Method::GET, "anywhere");
        let endpoints = [endpoint("notify"), endpoint("return").display_only()];
        let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
        let provider = Provider::new(id, kind, Environment::Sandbox)
            .with_notifications(Arc::new(Self { endpoints, state, signs, rests_on, answer }));
        Payments::new([provider], Arc::new(SystemClock)).unwrap()
    }
}

fn payment(state: PaymentState) -> Payment {
    Payment::new(OrderRef::new("A-1").unwrap(), state)
}

fn key(text: &str) -> DedupeKey {
    DedupeKey::new("test.payment", text).unwrap()
}

fn stated() -> StatedKey {
    key("stated").made_of(&["order"])
}

fn cannot_be_asked() -> Result<Confirmation> {
    Err(Error::unsupported("nobody is there"))
}

#[async_trait]
impl NotificationReceiver for Gateway {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(&self, name: &EndpointName, _: &Delivery<'_>, _: Timestamp) -> Received {
        let endpoint = self.endpoints.iter().find(|endpoint| endpoint.name == *name).unwrap();
        let secret = Secret::new("token").unwrap();
        let keys = Keys::one(secret.clone());
        let proof = if self.signs {
            let parts = [Part::Field("order", b"A-1"), Part::Secret];
            let code = hex::encode(check::sign_md5_concat(&secret, &parts));
            check::md5_concat(&keys, &parts, Signature::Hex(&code)).unwrap()
        } else {
            check::shared_token(&keys, Some(b"token")).unwrap()
        };
        let notification = Notification::new(endpoint, proof).with_event(
            stated(),
            News::Payment(payment(self.state)),
            self.rests_on,
        );
        Received::Notification(notification)
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        (self.answer)()
    }

    fn reply(&self, _: &EndpointName, _: Outcome) -> http::Response<Bytes> {
        http::Response::new(Bytes::new())
    }
}

#[tokio::test]
async fn nothing_that_a_browser_brings_is_an_event_whatever_the_state() {
    let request = http::Request::get("/").body("").unwrap();
    for state in PaymentState::ALL {
        let hub = Gateway::hub(state, true, cannot_be_asked);
        let told = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
        assert_eq!((told.events.len(), told.doubts.len()), (1, 0), "{state:?}");
        let shown = hub.receive("main", "return", &Delivery::of(&request)).await.unwrap();
        assert!(shown.events.is_empty(), "{state:?}");
        assert!(matches!(shown.doubts[0].doubt, Doubt::DisplayOnly), "{state:?}");
        assert_eq!(shown.doubts[0].event.key(), None, "it belongs to the notification");
        assert_eq!(shown.outcome(), Outcome::Ignored, "{state:?}");
    }
}

#[tokio::test]
async fn the_key_of_what_was_confirmed_is_made_of_the_inquirys_answer() {
    let hub = Gateway::hub(PaymentState::Settled, false, || {
        let news = News::Payment(payment(PaymentState::Settled));
        Ok(Confirmation::Confirmed(Event::inquired(key("asked"), news)))
    });
    let request = http::Request::get("/").body("").unwrap();
    let intake = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
    assert_eq!((intake.events.len(), intake.events[0].key()), (1, Some(&key("asked"))));
    assert_eq!(intake.outcome(), Outcome::Handled);
}

#[tokio::test]
async fn a_claim_that_comes_back_as_its_own_confirmation_is_not_believed() {
    let hub = Gateway::hub(PaymentState::Settled, false, || {
        let name = EndpointName::new("notify").unwrap();
        let endpoint = Endpoint::new(name, http::Method::GET, "anywhere");
        let claim = News::Payment(payment(PaymentState::Settled));
        let claimed = Notification::new(&endpoint, check::unauthenticated()).with_event(
            stated(),
            claim,
            &["order"],
        );
        Ok(Confirmation::Confirmed(claimed.events()[0].clone()))
    });
    let request = http::Request::get("/").body("").unwrap();
    let intake = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
    assert!(intake.events.is_empty(), "{intake:?}");
    assert_eq!(intake.doubts[0].event.key(), None, "{intake:?}");
    assert!(matches!(intake.doubts[0].doubt, Doubt::CouldNotAsk(_)));
}

#[tokio::test]
async fn news_of_no_money_uses_up_no_key_whoever_sends_it() {
    let request = http::Request::get("/").body("").unwrap();
    let hub = Gateway::hub(PaymentState::Open, true, cannot_be_asked);
    let signed = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
    assert_eq!((signed.events.len(), signed.events[0].key()), (1, None));
    assert_eq!(signed.outcome(), Outcome::Handled);

    let hub = Gateway::hub(PaymentState::Open, false, cannot_be_asked);
    let unsigned = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
    assert_eq!((unsigned.events.len(), unsigned.doubts.len()), (0, 1));
    assert!(matches!(unsigned.doubts[0].doubt, Doubt::Unproven), "{unsigned:?}");
    assert_eq!((unsigned.doubts[0].event.key(), unsigned.outcome()), (None, Outcome::Ignored));
}

#[tokio::test]
async fn a_claim_that_the_gateway_contradicts_uses_up_no_key() {
    let hub = Gateway::hub_resting_on(&["order", "amount"], PaymentState::Settled, true, || {
        Ok(Confirmation::Contradicted { claimed: "50000".to_owned(), found: "5000".to_owned() })
    });
    let request = http::Request::get("/").body("").unwrap();
    let intake = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
    assert!(intake.events.is_empty(), "{intake:?}");
    assert_eq!(intake.doubts[0].event.key(), None, "{intake:?}");
    assert!(matches!(intake.doubts[0].doubt, Doubt::Contradicted { .. }));
    assert_eq!(intake.outcome(), Outcome::Handled);
}

#[tokio::test]
async fn what_cannot_be_confirmed_yet_is_not_handed_out_and_has_no_key() {
    let request = http::Request::get("/").body("").unwrap();
    for answer in [cannot_be_asked, || Ok(Confirmation::NotYet { retry_after: None })] {
        let hub = Gateway::hub(PaymentState::Settled, false, answer);
        let intake = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
        assert!(intake.events.is_empty());
        assert_eq!(intake.doubts[0].event.key(), None);
        assert_eq!(intake.outcome(), Outcome::TryAgain);
    }
}
