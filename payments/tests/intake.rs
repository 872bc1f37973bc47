//! The hub's results for deliveries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use payments::{
    DedupeKey, Doubt, EndpointName, Environment, Error, NotificationReceiver, OrderRef, Payments,
    Provider, ProviderId, ProviderKind, Result, Secret, StatedKey, SystemClock, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Notification, Outcome, Received,
    },
    payment::{Payment, PaymentState},
    signature::{self, Keys, Part, Signature},
};

/// A gateway that reports a payment in this state, by itself and through the buyer's browser.
struct Gateway {
    endpoints: [Endpoint; 2],
    state: PaymentState,
    /// Whether its signature covers the order, or it only sends a token.
    signs: bool,
    /// The fields that its event depends on.
    rests_on: &'static [&'static str],
    /// The result of its inquiry.
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
            let code = hex::encode(signature::sign_md5_concat(&secret, &parts));
            signature::md5_concat(&keys, &parts, Signature::Hex(&code)).unwrap()
        } else {
            signature::shared_token(&keys, Some(b"token")).unwrap()
        };
        let notification = Notification::new(endpoint, proof).with_event(
            stated(),
            EventData::Payment(payment(self.state)),
            self.rests_on,
        );
        Received::Notification(notification)
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        (self.answer)()
    }

    fn reply(&self, _: &EndpointName, outcome: Outcome) -> http::Response<Bytes> {
        http::Response::new(Bytes::from(format!("{outcome:?}")))
    }
}

fn replied(reply: &http::Response<Bytes>) -> &str {
    std::str::from_utf8(reply.body()).unwrap()
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
        let data = EventData::Payment(payment(PaymentState::Settled));
        Ok(Confirmation::Confirmed(Event::inquired(key("asked"), data)))
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
        let claim = EventData::Payment(payment(PaymentState::Settled));
        let claimed = Notification::new(&endpoint, signature::unauthenticated()).with_event(
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

/// The result of an inquiry, and of a delivery whose signature covers nothing, part or all of it.
type Answer = fn() -> Result<Confirmation>;

fn confirmed() -> Result<Confirmation> {
    let data = EventData::Payment(payment(PaymentState::Settled));
    Ok(Confirmation::Confirmed(Event::inquired(key("asked"), data)))
}

fn not_yet() -> Result<Confirmation> {
    Ok(Confirmation::NotYet { retry_after: None })
}

fn contradicted() -> Result<Confirmation> {
    Ok(Confirmation::Contradicted { claimed: "50000".to_owned(), found: "5000".to_owned() })
}

#[tokio::test]
async fn events_keys_outcome_and_reply_follow_from_coverage_and_inquiry() {
    type Fields = &'static [&'static str];
    const SOME: Fields = &["order", "amount"];
    const ALL: Fields = &["order"];
    let request = http::Request::get("/").body("").unwrap();
    let cases: [(bool, Fields, Answer, Option<&str>, Outcome); 12] = [
        (true, ALL, confirmed, Some("stated"), Outcome::Handled),
        (true, ALL, not_yet, Some("stated"), Outcome::Handled),
        (true, ALL, cannot_be_asked, Some("stated"), Outcome::Handled),
        (true, ALL, contradicted, Some("stated"), Outcome::Handled),
        (true, SOME, confirmed, Some("asked"), Outcome::Handled),
        (true, SOME, not_yet, None, Outcome::TryAgain),
        (true, SOME, cannot_be_asked, None, Outcome::TryAgain),
        (true, SOME, contradicted, None, Outcome::Handled),
        (false, ALL, confirmed, Some("asked"), Outcome::Handled),
        (false, ALL, not_yet, None, Outcome::TryAgain),
        (false, ALL, cannot_be_asked, None, Outcome::TryAgain),
        (false, ALL, contradicted, None, Outcome::Handled),
    ];
    for (signs, rests_on, answer, handed_out, outcome) in cases {
        let hub = Gateway::hub_resting_on(rests_on, PaymentState::Settled, signs, answer);
        let intake = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
        let keys: Vec<_> = intake.events.iter().map(|event| event.key().unwrap().value()).collect();
        let case = format!("signs: {signs}, rests on {rests_on:?}: {intake:?}");
        assert_eq!(keys, handed_out.into_iter().collect::<Vec<_>>(), "{case}");
        assert!(intake.doubts.iter().all(|doubtful| doubtful.event.key().is_none()), "{case}");
        assert_eq!(intake.outcome(), outcome, "{case}");
        let reply = intake.reply(Outcome::Handled);
        assert_eq!(replied(&reply), format!("{outcome:?}"), "{case}");
    }
}

#[tokio::test]
async fn no_app_can_acknowledge_what_is_not_settled_unless_it_stored_it() {
    let hub = Gateway::hub(PaymentState::Settled, false, cannot_be_asked);
    let request = http::Request::get("/").body("").unwrap();
    let delivery = Delivery::of(&request);
    let intake = hub.receive("main", "notify", &delivery).await.unwrap();
    for outcome in [Outcome::Handled, Outcome::Duplicate, Outcome::Ignored, Outcome::TryAgain] {
        assert_eq!(replied(&intake.reply(outcome)), "TryAgain", "{outcome:?}");
    }
    let checked = hub.check("main", "notify", &delivery, hub.now()).unwrap();
    assert_eq!(replied(&checked.reply(Outcome::Handled)), "Handled", "it is stored durably");
}

#[tokio::test]
async fn a_checked_delivery_is_kept_and_confirmed_again_until_the_gateway_answers() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let hub = Gateway::hub(PaymentState::Settled, false, || {
        if ASKED.fetch_add(1, Ordering::SeqCst) == 0 { cannot_be_asked() } else { confirmed() }
    });
    // The request is dropped before the delivery is confirmed.
    let checked = {
        let request = http::Request::get("/").body("").unwrap();
        hub.check("main", "notify", &Delivery::of(&request), Timestamp::from_unix(7)).unwrap()
    };
    assert_eq!(ASKED.load(Ordering::SeqCst), 0, "checking asks nobody");
    assert_eq!((checked.events().len(), checked.received_at()), (1, Timestamp::from_unix(7)));
    assert_eq!(checked.events()[0].key(), None);
    let kept = checked.clone();
    let confirming = tokio::spawn(async move { kept.confirm().await });
    assert_eq!(confirming.await.unwrap().outcome(), Outcome::TryAgain);
    let intake = checked.confirm().await;
    assert_eq!(intake.events[0].key(), Some(&key("asked")));
    assert_eq!((intake.outcome(), ASKED.load(Ordering::SeqCst)), (Outcome::Handled, 2));
}

/// A gateway with a delivery that needs its own reply.
struct Handshake([Endpoint; 1]);

#[async_trait]
impl NotificationReceiver for Handshake {
    fn endpoints(&self) -> &[Endpoint] {
        &self.0
    }

    fn receive(&self, _: &EndpointName, _: &Delivery<'_>, _: Timestamp) -> Received {
        Received::Reply(http::Response::new(Bytes::from_static(b"challenge")))
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        cannot_be_asked()
    }

    fn reply(&self, _: &EndpointName, outcome: Outcome) -> http::Response<Bytes> {
        http::Response::new(Bytes::from(format!("{outcome:?}")))
    }
}

#[tokio::test]
async fn a_handshake_is_handled_by_its_own_reply_and_proves_nothing() {
    let name = EndpointName::new("notify").unwrap();
    let endpoint = Endpoint::new(name, http::Method::GET, "anywhere");
    let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
    let provider = Provider::new(id, kind, Environment::Sandbox)
        .with_notifications(Arc::new(Handshake([endpoint])));
    let hub = Payments::new([provider], Arc::new(SystemClock)).unwrap();
    let request = http::Request::get("/").body("").unwrap();
    let intake = hub.receive("main", "notify", &Delivery::of(&request)).await.unwrap();
    assert_eq!(intake.outcome(), Outcome::Handled);
    assert!(intake.proof().is_none());
    for outcome in [Outcome::Handled, Outcome::TryAgain, Outcome::Untrusted] {
        assert_eq!(replied(&intake.reply(outcome)), "challenge");
    }
}

#[tokio::test]
async fn the_proof_of_a_delivery_is_at_hand_before_and_after_it_is_confirmed() {
    for (signs, covers) in [(true, true), (false, false)] {
        let hub = Gateway::hub(PaymentState::Settled, signs, confirmed);
        let request = http::Request::get("/").body("").unwrap();
        let checked = hub.check("main", "notify", &Delivery::of(&request), hub.now()).unwrap();
        assert_eq!(checked.proof().unwrap().covers("order"), covers);
        let intake = checked.confirm().await;
        assert_eq!(intake.proof().unwrap().covers("order"), covers);
    }
}

/// The result of an inquiry about one of several events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Confirmed,
    NotYet,
    CannotBeAsked,
    Contradicted,
}

/// The fields of one of several events that the signature covers, and the result of the inquiry
/// about it.
type Claim = (&'static [&'static str], Said);

/// A gateway whose deliveries contain two events.
struct Two {
    endpoint: [Endpoint; 1],
    claims: [Claim; 2],
}

impl Two {
    fn hub(claims: [Claim; 2]) -> Payments {
        let name = EndpointName::new("notify").unwrap();
        let endpoint = [Endpoint::new(name, http::Method::GET, "anywhere")];
        let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
        let provider = Provider::new(id, kind, Environment::Sandbox)
            .with_notifications(Arc::new(Self { endpoint, claims }));
        Payments::new([provider], Arc::new(SystemClock)).unwrap()
    }

    fn paid(number: usize) -> EventData {
        let order = OrderRef::new(format!("A-{number}")).unwrap();
        EventData::Payment(Payment::new(order, PaymentState::Settled))
    }
}

#[async_trait]
impl NotificationReceiver for Two {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoint
    }

    fn receive(&self, _: &EndpointName, _: &Delivery<'_>, _: Timestamp) -> Received {
        let secret = Secret::new("secret").unwrap();
        let parts = [Part::Field("order", b"A"), Part::Secret];
        let code = hex::encode(signature::sign_md5_concat(&secret, &parts));
        let proof =
            signature::md5_concat(&Keys::one(secret), &parts, Signature::Hex(&code)).unwrap();
        let both = self.claims.iter().enumerate();
        let notification = both.fold(
            Notification::new(&self.endpoint[0], proof),
            |notification, (number, (rests_on, _))| {
                let key = key(&format!("stated-{number}")).made_of(&["order"]);
                notification.with_event(key, Self::paid(number), rests_on)
            },
        );
        Received::Notification(notification)
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        let EventData::Payment(payment) = event.data() else { panic!("{event:?}") };
        let number = usize::from(payment.order.as_str() == "A-1");
        match self.claims[number].1 {
            Said::Confirmed => {
                let key = key(&format!("asked-{number}"));
                Ok(Confirmation::Confirmed(Event::inquired(key, Self::paid(number))))
            }
            Said::NotYet => not_yet(),
            Said::CannotBeAsked => cannot_be_asked(),
            Said::Contradicted => contradicted(),
        }
    }

    fn reply(&self, _: &EndpointName, outcome: Outcome) -> http::Response<Bytes> {
        http::Response::new(Bytes::from(format!("{outcome:?}")))
    }
}

#[tokio::test]
async fn each_of_two_events_is_believed_by_its_own_proof_and_answer_and_one_may_hold_up_the_reply()
{
    const COVERED: &[&str] = &["order"];
    const UNCOVERED: &[&str] = &["order", "amount"];
    let said = [Said::Confirmed, Said::NotYet, Said::CannotBeAsked, Said::Contradicted];
    let claims: Vec<Claim> =
        [COVERED, UNCOVERED].into_iter().flat_map(|on| said.map(|said| (on, said))).collect();
    // The key of an event, and whether it has to be confirmed again.
    let expected = |number: usize, (rests_on, said): Claim| match (rests_on == COVERED, said) {
        (true, _) => (Some(format!("test.payment:stated-{number}")), false),
        (false, Said::Confirmed) => (Some(format!("test.payment:asked-{number}")), false),
        (false, Said::NotYet | Said::CannotBeAsked) => (None, true),
        (false, Said::Contradicted) => (None, false),
    };
    let request = http::Request::get("/").body("").unwrap();
    for first in &claims {
        for second in &claims {
            let hub = Two::hub([*first, *second]);
            let case = format!("{first:?}, {second:?}");
            let (one, other) = (expected(0, *first), expected(1, *second));
            let handed_out: Vec<_> = [one.0, other.0].into_iter().flatten().collect();
            let outcome = if one.1 || other.1 { Outcome::TryAgain } else { Outcome::Handled };
            let delivery = Delivery::of(&request);
            let checked = hub.check("main", "notify", &delivery, hub.now()).unwrap();
            let received = hub.receive("main", "notify", &delivery).await.unwrap();
            for intake in [received, checked.confirm().await] {
                let keys = intake.events.iter().map(|event| event.key().unwrap().to_string());
                assert_eq!(keys.collect::<Vec<_>>(), handed_out, "{case}");
                assert_eq!(intake.doubts.len(), 2 - handed_out.len(), "{case}");
                let keyless = intake.doubts.iter().all(|doubtful| doubtful.event.key().is_none());
                assert!(keyless, "{case}");
                assert_eq!(intake.outcome(), outcome, "{case}");
                let reply = intake.reply(Outcome::Handled);
                assert_eq!(replied(&reply), format!("{outcome:?}"), "{case}");
            }
        }
    }
}
