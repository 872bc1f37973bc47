//! What the hub makes of deliveries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use payments::{
    DedupeKey, Doubt, EndpointName, Environment, Error, NotificationReceiver, OrderRef, Payments,
    Provider, ProviderId, ProviderKind, Result, Secret, SystemClock, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, News, Notification, Outcome, Received,
        check::{self, Keys},
    },
    payment::{Payment, PaymentState},
};

/// A gateway that tells of a payment in this state, by itself and through the buyer's browser.
struct Gateway {
    endpoints: [Endpoint; 2],
    state: PaymentState,
}

impl Gateway {
    fn hub(state: PaymentState) -> Payments {
        let endpoint =
            |name| Endpoint::new(EndpointName::new(name).unwrap(), http::Method::GET, "anywhere");
        let endpoints = [endpoint("notify"), endpoint("return").display_only()];
        let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
        let provider = Provider::new(id, kind, Environment::Sandbox)
            .with_notifications(Arc::new(Self { endpoints, state }));
        Payments::new([provider], Arc::new(SystemClock)).unwrap()
    }
}

#[async_trait]
impl NotificationReceiver for Gateway {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(&self, name: &EndpointName, _: &Delivery<'_>, _: Timestamp) -> Received {
        let endpoint = self.endpoints.iter().find(|endpoint| endpoint.name == *name).unwrap();
        let keys = Keys::one(Secret::new("token").unwrap());
        let proof = check::shared_token(&keys, Some(b"token")).unwrap();
        let payment = Payment::new(OrderRef::new("A-1").unwrap(), self.state);
        let notification = Notification::new(endpoint, proof, DedupeKey::new("k").unwrap())
            .with_event(News::Payment(payment), &[]);
        Received::Notification(notification)
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        Err(Error::unsupported("nothing has to be confirmed here"))
    }

    fn reply(&self, _: &EndpointName, _: Outcome) -> http::Response<Bytes> {
        http::Response::new(Bytes::new())
    }
}

#[tokio::test]
async fn nothing_that_a_browser_brings_is_an_event_whatever_the_state() {
    let request = http::Request::get("/").body("").unwrap();
    for state in PaymentState::ALL {
        let hub = Gateway::hub(state);
        let told = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
        assert_eq!((told.events.len(), told.doubts.len()), (1, 0), "{state:?}");
        let shown = hub.receive("main", "return", &Delivery::of(&request)).await.unwrap();
        assert!(shown.events.is_empty(), "{state:?}");
        assert!(matches!(shown.doubts[0].doubt, Doubt::DisplayOnly), "{state:?}");
        assert_eq!(shown.key, told.key, "both tell the same happening");
    }
}
