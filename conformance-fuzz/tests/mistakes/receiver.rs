//! A receiver with mistakes.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_fuzz::Deliveries;
use http::{Method, Request, Response};
use payments_core::{
    DedupeKey, Direction, EndpointName, Environment, Error, Movement, NotificationReceiver,
    Provider, ProviderId, ProviderKind, Result, Secret, Timestamp,
    money::{Currency, Money},
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Notification, Outcome, Proof, Received,
        Untrusted, UntrustedReason,
    },
    signature::{
        Keys, Part, Signature, hmac_sha256, md5_concat, sign_hmac_sha256, sign_md5_concat,
    },
};

/// What is done wrongly.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    None,
    /// The signature is made of the delivery itself.
    ChecksItself,
    /// Only the amount is signed and everything is believed.
    TrustsWhatIsNotSigned,
    /// Fields are joined without anything between them, so that they can be cut elsewhere.
    JoinsFields,
    /// The first value of a field that occurs twice counts.
    TakesTheFirst,
    /// Less than no money is booked.
    TakesAnyAmount,
    /// What is shown to a buyer is booked.
    ReceivesAnywhere,
}

/// Takes `?id=…&amount=…` with a code over both.
struct Receiver(Mistake, [Endpoint; 1]);

fn secret() -> Secret {
    Secret::new("k").unwrap()
}

fn parts<'a>(mistake: Mistake, id: &'a str, amount: &'a str) -> Vec<Part<'a>> {
    let (id, amount) = (Part::Field("id", id.as_bytes()), Part::Field("amount", amount.as_bytes()));
    match mistake {
        Mistake::TrustsWhatIsNotSigned => vec![amount, Part::Secret],
        Mistake::JoinsFields => vec![id, Part::Literal(" "), amount, Part::Secret],
        _ => vec![id, Part::Literal("|"), amount, Part::Secret],
    }
}

impl Receiver {
    fn check(&self, delivery: &Delivery<'_>) -> Result<(Proof, String, Money), Untrusted> {
        let pairs = delivery.query_pairs();
        let is_doubled = |name: &str| pairs.iter().filter(|(known, _)| known == name).count() > 1;
        if self.0 != Mistake::TakesTheFirst && (is_doubled("id") || is_doubled("amount")) {
            return Err(Untrusted::new(UntrustedReason::Unreadable, "a field occurs twice"));
        }
        let text = |name| {
            pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_ref())
        };
        let (id, amount) = (text("id"), text("amount"));
        let parts = parts(self.0, id, amount);
        let own = hex::encode(sign_md5_concat(&secret(), &parts));
        let code = if self.0 == Mistake::ChecksItself { &own } else { text("code") };
        let proof = md5_concat(&Keys::one(secret()), &parts, Signature::Hex(code))?;
        let amount = match self.0 {
            Mistake::JoinsFields => amount.split(' ').next_back().unwrap_or_default(),
            _ => amount,
        };
        let unreadable = || Untrusted::new(UntrustedReason::Unreadable, "no amount");
        let amount = Money::parse(amount, Currency::VND).map_err(|_| unreadable())?;
        if self.0 != Mistake::TakesAnyAmount && !amount.is_positive() {
            return Err(unreadable());
        }
        Ok((proof, id.to_owned(), amount))
    }
}

#[async_trait]
impl NotificationReceiver for Receiver {
    fn endpoints(&self) -> &[Endpoint] {
        &self.1
    }

    fn receive(&self, name: &EndpointName, delivery: &Delivery<'_>, _: Timestamp) -> Received {
        if self.0 != Mistake::ReceivesAnywhere && *name != self.1[0].name {
            return Received::Untrusted(Untrusted::new(UntrustedReason::WrongEndpoint, "nowhere"));
        }
        match self.check(delivery) {
            Err(untrusted) => Received::Untrusted(untrusted),
            Ok((proof, id, amount)) => {
                let Ok(key) = DedupeKey::new("toy.transaction", id) else {
                    let untrusted = Untrusted::new(UntrustedReason::Unreadable, "no key");
                    return Received::Untrusted(untrusted);
                };
                let movement = Movement::new(key.clone(), Direction::In, amount);
                let rests_on = match self.0 {
                    Mistake::TrustsWhatIsNotSigned => &["amount"][..],
                    _ => &["id", "amount"],
                };
                let stated = match self.0 {
                    Mistake::TrustsWhatIsNotSigned => key.made_of(&["amount"]),
                    _ => key.made_of(&["id"]),
                };
                let notification = Notification::new(&self.1[0], proof);
                let news = EventData::Movement(movement);
                Received::Notification(notification.with_event(stated, news, rests_on))
            }
        }
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        Err(Error::unsupported("there is nobody to ask"))
    }

    fn reply(&self, _: &EndpointName, _: Outcome) -> Response<Bytes> {
        Response::default()
    }
}

fn provider(receiver: Arc<dyn NotificationReceiver>) -> Provider {
    let (id, kind) = (ProviderId::new("toy").unwrap(), ProviderKind::new("toy").unwrap());
    Provider::new(id, kind, Environment::Sandbox).with_notifications(receiver)
}

fn deliveries(mistake: Mistake) -> Deliveries {
    let endpoint = Endpoint::new(EndpointName::new("ipn").unwrap(), Method::GET, "anywhere");
    let (id, amount) = match mistake {
        Mistake::JoinsFields => ("A1 2", "50000"),
        _ => ("A1", "50000"),
    };
    let code = hex::encode(sign_md5_concat(&secret(), &parts(mistake, id, amount)));
    let target = format!("/ipn?id={}&amount={amount}&code={code}", id.replace(' ', "+"));
    let sent = Request::get(target).body("").unwrap();
    Deliveries::new(&provider(Arc::new(Receiver(mistake, [endpoint]))), Timestamp::from_unix(0))
        .unwrap()
        .signed_by(|_, request| {
            let pairs = Delivery::of(&request).query_pairs();
            let text =
                |name: &str| pairs.iter().find(|(known, _)| known == name).unwrap().1.clone();
            let (id, amount) = (text("id"), text("amount"));
            let signed = parts(Mistake::None, &id, &amount);
            let code = hex::encode(sign_md5_concat(&secret(), &signed));
            let target = format!("/ipn?id={id}&amount={amount}&code={code}");
            Request::get(target).body(Bytes::new()).unwrap()
        })
        .with_genuine("ipn", &sent)
        .unwrap()
}

#[test]
fn a_receiver_without_a_mistake_breaks_nothing() {
    let deliveries = deliveries(Mistake::None);
    assert_eq!(deliveries.breaches_by_forgeries(), Vec::<String>::new());
    for text in deliveries.seeds().iter().map(Vec::as_slice).chain([
        &b"GET /ipn?id=A1&amount=-1"[..],
        b"GET /elsewhere?id=A1&amount=50000",
        b"",
    ]) {
        assert_eq!(deliveries.breaches_by(text), Vec::<String>::new());
    }
}

#[test]
fn a_receiver_that_checks_what_it_made_itself_is_found() {
    let breaches = deliveries(Mistake::ChecksItself).breaches_by_forgeries();
    assert!(breaches.iter().any(|breach| breach.contains("never reported this")), "{breaches:?}");
    assert!(breaches.iter().any(|breach| breach.contains("a proof over")), "{breaches:?}");
}

#[test]
fn a_receiver_that_believes_what_is_not_signed_is_found() {
    let breaches = deliveries(Mistake::TrustsWhatIsNotSigned).breaches_by_forgeries();
    assert!(breaches[0].starts_with("ipn: the gateway never reported this"), "{breaches:?}");
}

#[test]
fn a_receiver_whose_fields_can_be_cut_elsewhere_is_found() {
    let breaches = deliveries(Mistake::JoinsFields).breaches_by_forgeries();
    let first = breaches.first().unwrap();
    assert!(
        first.contains("never reported this") && first.contains("toy.transaction:A1"),
        "{breaches:?}"
    );
}

#[test]
fn a_receiver_that_takes_the_first_of_two_fields_is_found() {
    let breaches = deliveries(Mistake::TakesTheFirst).breaches_by_forgeries();
    assert!(breaches[0].starts_with("ipn: a proof over \"A1 A1 50000\""), "{breaches:?}");
}

#[test]
fn a_receiver_that_takes_less_than_no_money_is_found() {
    let breaches =
        deliveries(Mistake::TakesAnyAmount).breaches_by(b"GET /ipn?id=A1&amount=-1&code=");
    assert!(breaches[0].contains("less than no money"), "{breaches:?}");
}

#[test]
fn a_receiver_that_receives_where_it_has_no_endpoint_is_found() {
    let deliveries = deliveries(Mistake::ReceivesAnywhere);
    let text = String::from_utf8(deliveries.seeds().remove(0)).unwrap();
    let breaches = deliveries.breaches_by(text.replace("/ipn", "/elsewhere").as_bytes());
    assert!(breaches[0].contains("is no endpoint"), "{breaches:?}");
}

/// Signs the start of the body only.
struct Prefix([Endpoint; 1]);

#[async_trait]
impl NotificationReceiver for Prefix {
    fn endpoints(&self) -> &[Endpoint] {
        &self.0
    }

    fn receive(&self, _: &EndpointName, delivery: &Delivery<'_>, _: Timestamp) -> Received {
        let start = &delivery.body()[..delivery.body().len().min(4)];
        let signature = delivery.one_header("x-code").unwrap_or_default().unwrap_or_default();
        let keys = Keys::one(secret());
        match hmac_sha256(&keys, &[Part::Body(start)], Signature::Hex(signature), None) {
            Err(untrusted) => Received::Untrusted(untrusted),
            Ok(proof) => Received::Notification(Notification::new(&self.0[0], proof)),
        }
    }

    async fn confirm(&self, _: &Event) -> Result<Confirmation> {
        Err(Error::unsupported("there is nobody to ask"))
    }

    fn reply(&self, _: &EndpointName, _: Outcome) -> Response<Bytes> {
        Response::default()
    }
}

#[test]
fn a_receiver_that_checks_the_start_of_a_body_is_found() {
    let endpoint = Endpoint::new(EndpointName::new("ipn").unwrap(), Method::POST, "anywhere");
    let code = hex::encode(sign_hmac_sha256(&secret(), &[Part::Body(b"1234")]));
    let sent = Request::post("/ipn").header("x-code", code).body("1234567").unwrap();
    let deliveries =
        Deliveries::new(&provider(Arc::new(Prefix([endpoint]))), Timestamp::from_unix(0)).unwrap();
    let breaches = deliveries.with_genuine("ipn", &sent).unwrap().breaches_by_forgeries();
    assert!(breaches[0].contains("never sent this body: 1234"), "{breaches:?}");
}

#[test]
fn a_delivery_that_its_own_receiver_refuses_is_not_genuine() {
    let unsigned = Request::get("/ipn?id=A1&amount=50000").body("").unwrap();
    assert!(deliveries(Mistake::None).with_genuine("ipn", &unsigned).is_err());
}
