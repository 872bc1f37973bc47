//! The inquiries that deliveries can cause are limited: a repetition gets the remembered result,
//! and a claim without a final result causes only a limited number of inquiries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Response};
use payments_core::{
    DedupeKey, EndpointName, Environment, Error, ErrorKind, NotificationReceiver, OrderRef,
    Provider, ProviderId, ProviderKind, Result, Secret, Timestamp,
    money::Money,
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Notification, Outcome, Received,
    },
    payment::{Payment, PaymentState},
    signature::{Keys, shared_token},
};
use provider_kit::transport::{Call, Stack, Transport, TransportError};
use tokio::time::Instant;

type Answer = fn(usize) -> Result<Confirmation>;

/// A gateway whose deliveries are authenticated by a token that covers nothing.
struct Gateway {
    endpoints: [Endpoint; 1],
    claimed: PaymentState,
    answer: Answer,
    asked: AtomicUsize,
}

impl Gateway {
    fn new(claimed: PaymentState, answer: Answer) -> Arc<Self> {
        let name = EndpointName::new("notify").unwrap();
        let endpoints = [Endpoint::new(name, http::Method::POST, "anywhere")];
        Arc::new(Self { endpoints, claimed, answer, asked: AtomicUsize::new(0) })
    }

    fn receiver(self: &Arc<Self>) -> Arc<dyn NotificationReceiver> {
        let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
        let provider =
            Provider::new(id, kind, Environment::Sandbox).with_notifications(Arc::clone(self) as _);
        Arc::clone(provider.notifications().unwrap())
    }

    fn times(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl NotificationReceiver for Gateway {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(&self, _: &EndpointName, _: &Delivery<'_>, _: Timestamp) -> Received {
        let proof = shared_token(&Keys::one(Secret::new("k").unwrap()), Some(b"k")).unwrap();
        let payment = payment(self.claimed);
        let notification = Notification::new(&self.endpoints[0], proof);
        Received::Notification(notification.with_event(
            DedupeKey::new("test.payment", "A-1").unwrap().made_of(&["order"]),
            EventData::Payment(payment),
            &["order", "state"],
        ))
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(1)).await;
        (self.answer)(before)
    }

    fn reply(&self, _: &EndpointName, _: Outcome) -> Response<Bytes> {
        Response::new(Bytes::new())
    }
}

fn payment(state: PaymentState) -> Payment {
    let payment = Payment::new(OrderRef::new("A-1").unwrap(), state);
    if state == PaymentState::Settled { payment.with_received(Money::vnd(50_000)) } else { payment }
}

fn found(state: PaymentState) -> Result<Confirmation> {
    let key = DedupeKey::new("test.order", "A-1").unwrap();
    Ok(Confirmation::Confirmed(Event::inquired(key, EventData::Payment(payment(state)))))
}

fn not_yet(_: usize) -> Result<Confirmation> {
    Ok(Confirmation::NotYet { retry_after: None })
}

/// Receives a delivery with this body and confirms its event.
async fn take(receiver: &dyn NotificationReceiver, body: &str) -> Result<Confirmation> {
    let request = Request::post("/hook").body(body.to_owned()).unwrap();
    let name = EndpointName::new("notify").unwrap();
    let received = receiver.receive(&name, &Delivery::of(&request), Timestamp::from_unix(0));
    let notification = received.notification().unwrap();
    receiver.confirm(&notification.events()[0]).await
}

fn is_confirmed(confirmation: &Result<Confirmation>) -> bool {
    matches!(confirmation, Ok(Confirmation::Confirmed(event)) if event.is_trusted())
}

#[tokio::test(start_paused = true)]
async fn five_hundred_replays_of_one_settled_claim_are_one_inquiry() {
    type Case = (PaymentState, Answer);
    let cases: [Case; 4] = [
        (PaymentState::Settled, |_| found(PaymentState::Settled)),
        (PaymentState::Failed, |_| found(PaymentState::Failed)),
        // Another attempt may still follow and has a notification of its own.
        (PaymentState::Failed, |_| found(PaymentState::Open)),
        (PaymentState::Settled, |_| {
            Ok(Confirmation::Contradicted { claimed: "paid".into(), found: "not paid".into() })
        }),
    ];
    for (claimed, answer) in cases {
        let gateway = Gateway::new(claimed, answer);
        let receiver = gateway.receiver();
        let first = format!("{:?}", take(&*receiver, "{}").await.unwrap());
        for _ in 1..500 {
            assert_eq!(format!("{:?}", take(&*receiver, "{}").await.unwrap()), first);
        }
        assert_eq!(gateway.times(), 1, "{claimed:?}: {first}");
        tokio::time::advance(Duration::from_secs(10)).await;
        let _ = take(&*receiver, "{}").await.unwrap();
        assert_eq!(gateway.times(), 2, "not remembered for ever");
    }
}

#[tokio::test(start_paused = true)]
async fn replays_that_come_together_are_one_inquiry() {
    let gateway = Gateway::new(PaymentState::Settled, |_| found(PaymentState::Settled));
    let receiver = gateway.receiver();
    let all = join_all((0..500).map(|_| take(&*receiver, "{}"))).await;
    assert!(all.iter().all(is_confirmed));
    assert_eq!(gateway.times(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_claim_in_another_delivery_is_asked_about() {
    // The order is paid a second time, which only the inquiry shows.
    let gateway = Gateway::new(PaymentState::Settled, |before| match before {
        0 => found(PaymentState::Settled),
        _ => {
            let paid_twice = payment(PaymentState::Settled).with_received(Money::vnd(100_000));
            let key = DedupeKey::new("test.order", "A-1:100000").unwrap();
            Ok(Confirmation::Confirmed(Event::inquired(key, EventData::Payment(paid_twice))))
        }
    });
    let receiver = gateway.receiver();
    let _ = take(&*receiver, r#"{"transaction":1}"#).await.unwrap();
    let second = take(&*receiver, r#"{"transaction":2}"#).await.unwrap();
    let Confirmation::Confirmed(event) = second else { panic!("{second:?}") };
    assert_eq!(event.key().unwrap().as_str(), "test.order:A-1:100000");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_settled_is_asked_about_again_but_only_so_often() {
    type Case = (PaymentState, Answer);
    let cases: [Case; 5] = [
        (PaymentState::Settled, not_yet),
        (PaymentState::Settled, |_| Err(Error::new(ErrorKind::Unavailable, "down"))),
        // A delivery that only reports a change is the same each time.
        (PaymentState::Uncertain, |_| found(PaymentState::Settled)),
        (PaymentState::Uncertain, |_| found(PaymentState::Uncertain)),
        (PaymentState::Settled, |_| found(PaymentState::Open)),
    ];
    for (claimed, answer) in cases {
        let gateway = Gateway::new(claimed, answer);
        let receiver = gateway.receiver();
        for number in 1..=16 {
            let _ = take(&*receiver, "{}").await;
            assert_eq!(gateway.times(), number, "{claimed:?}");
        }
        for noise in 0..500 {
            let told = take(&*receiver, &format!("{{\"noise\":{noise}}}")).await.unwrap();
            assert!(
                matches!(told, Confirmation::NotYet { retry_after: Some(_) }),
                "never acknowledged without having been asked: {told:?}"
            );
        }
        assert_eq!(gateway.times(), 16, "{claimed:?}");
        tokio::time::advance(Duration::from_secs(10)).await;
        let _ = take(&*receiver, "{}").await;
        assert_eq!(gateway.times(), 17, "{claimed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_was_not_known_yet_is_confirmed_as_soon_as_it_is() {
    let gateway = Gateway::new(PaymentState::Settled, |before| match before {
        0 => not_yet(0),
        _ => found(PaymentState::Settled),
    });
    let receiver = gateway.receiver();
    assert!(!is_confirmed(&take(&*receiver, "{}").await));
    assert!(is_confirmed(&take(&*receiver, "{}").await));
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_ends_in_time_for_the_reply() {
    // Calls are ended by their deadline. The layers do not know of a provider that waits by itself.
    struct Silent;
    #[async_trait]
    impl Transport for Silent {
        async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
            std::future::pending().await
        }
    }
    struct Asking(Arc<Gateway>, Arc<dyn Transport>);
    #[async_trait]
    impl NotificationReceiver for Asking {
        fn endpoints(&self) -> &[Endpoint] {
            self.0.endpoints()
        }
        fn receive(
            &self,
            endpoint: &EndpointName,
            delivery: &Delivery<'_>,
            now: Timestamp,
        ) -> Received {
            self.0.receive(endpoint, delivery, now)
        }
        async fn confirm(&self, _: &Event) -> Result<Confirmation> {
            let request = Request::get("https://gateway.example/").body(Bytes::new()).unwrap();
            self.1.inquire(Call::inquiry("find", request)).await?;
            unreachable!("nothing answers")
        }
        fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
            self.0.reply(endpoint, outcome)
        }
    }
    let asking =
        Asking(Gateway::new(PaymentState::Settled, not_yet), Stack::new(Arc::new(Silent)).build());
    let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
    let provider =
        Provider::new(id, kind, Environment::Sandbox).with_notifications(Arc::new(asking));
    let begun = Instant::now();
    let error = take(&**provider.notifications().unwrap(), "{}").await.unwrap_err();
    assert_eq!((error.kind(), begun.elapsed().as_secs()), (ErrorKind::Timeout, 7));
}
