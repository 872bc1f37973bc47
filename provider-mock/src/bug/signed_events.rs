//! Mistakes in reading events whose signature is in the body, beside them.

use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, NotificationReceiver, Secret, Timestamp,
    money::{Currency, Money},
    notification::{
        Delivery, Endpoint, EventData, Notification, Received, Untrusted, UntrustedReason,
    },
    payment::{Payment, PaymentState},
    signature::{Keys, Part, Signature, hmac_sha256},
};
use serde_json::{Value, value::RawValue};

use super::Bug;
use crate::{
    gateway::code_of,
    wire::{self, Members, signed_parts},
};

/// The member of the body with the event, and the one with its signature.
const EVENT: &str = "event";
const SIGNATURE: &str = "signature";

/// The members of an event as the protocol documents them.
const MEMBERS: [&str; 4] = ["id", "type", "at", "data"];

/// A delivery to a receiver with this mistake.
pub(super) struct Arrival<'a> {
    pub(super) bug: Bug,
    pub(super) honest: &'a dyn NotificationReceiver,
    pub(super) secret: &'a str,
    pub(super) endpoint: &'a Endpoint,
    pub(super) delivery: &'a Delivery<'a>,
    pub(super) now: Timestamp,
}

impl Arrival<'_> {
    /// Returns the result of the delivery, if the mistake changes it.
    pub(super) fn received(&self) -> Option<Received> {
        let body: Members = serde_json::from_slice(self.delivery.body()).ok()?;
        let signature: String = serde_json::from_str(first(&body, SIGNATURE)?.get()).ok()?;
        let event = first(&body, EVENT)?;
        let members: Members = serde_json::from_str(event.get()).ok()?;
        match self.bug {
            Bug::ReadsTheLastOfTwoEvents => {
                let read = last(&body, EVENT)?;
                self.read_in_the_place_of(event.get(), &signature, read.get())
            }
            Bug::ReadsTheFirstOfTwoMembers => {
                let (kept, read) = (each_once(&members, last), each_once(&members, first));
                self.read_in_the_place_of(&kept, &signature, &read)
            }
            Bug::ReadsTheAmountBesideTheEvent => {
                let amount: String = text(&body, "amount")?;
                let amount = Money::parse(&amount, Currency::VND).ok()?;
                self.with_payment(|payment| payment.received = Some(amount))
            }
            Bug::TakesTheStateBesideTheEvent => {
                let is_paid = text(&body, "status")? == "settled";
                let state = if is_paid { PaymentState::Settled } else { PaymentState::Failed };
                self.with_payment(|payment| payment.state = state)
            }
            Bug::TakesTheKindBesideTheEvent => {
                let kind = text(&body, "type").filter(|kind| !is_known(kind))?;
                let Received::Notification(honest) = self.honestly(self.delivery) else {
                    return None;
                };
                let reported = Notification::new(self.endpoint, honest.proof.clone());
                Some(reported.with_unrecognised(kind, &["type"]).into())
            }
            Bug::TakesAnEventWithoutAKindForUnknown if first(&members, "type").is_none() => {
                self.unknown(&members, &signature)
            }
            Bug::SignsKnownMembersOnly => {
                let is_new = members.0.iter().any(|(name, _)| !MEMBERS.contains(&name.as_str()));
                is_new.then(wrongly_signed)
            }
            Bug::SignsTheDataAsItReadsIt => {
                let data = first(&members, "data")?;
                let read: wire::Payment = serde_json::from_str(data.get()).ok()?;
                let written = serde_json::to_string(&read).ok()?;
                (written != data.get()).then(wrongly_signed)
            }
            Bug::RefusesAFieldBesideTheEvent => {
                let is_new = |name: &str| name != EVENT && name != SIGNATURE;
                body.0.iter().any(|(name, _)| is_new(name)).then(wrongly_signed)
            }
            _ => None,
        }
    }

    /// Returns the result of the correct receiver for `read`, if the signature is that of `signed`.
    fn read_in_the_place_of(&self, signed: &str, signature: &str, read: &str) -> Option<Received> {
        let keys = self.keys()?;
        let is_good = !signature.is_empty() && code_of(signed, &keys) == signature;
        let body = format!(r#"{{"event":{read},"signature":"{}"}}"#, code_of(read, &keys));
        let request = with_body(self.delivery, body)?;
        is_good.then(|| self.honestly(&Delivery::of(&request)))
    }

    /// Returns the correct notification with another payment in it, with the same proof and its own
    /// key.
    fn with_payment(&self, change: impl Fn(&mut Payment)) -> Option<Received> {
        let Received::Notification(honest) = self.honestly(self.delivery) else { return None };
        let reported = Notification::new(self.endpoint, honest.proof.clone());
        let reported = honest.into_events().into_iter().fold(reported, |reported, event| {
            let key = event.key().cloned().map(|key| key.made_of(&["id"]));
            let mut data = event.into_data();
            if let EventData::Payment(payment) = &mut data {
                change(payment);
            }
            reported.with_event(key, data, &["type", "data"])
        });
        Some(reported.into())
    }

    /// Returns an unknown event, if the signature covers the present members one after another.
    fn unknown(&self, members: &Members, signature: &str) -> Option<Received> {
        let mut fields: Vec<(String, String)> = members
            .0
            .iter()
            .map(|(name, value)| {
                let text = serde_json::from_str(value.get());
                (name.clone(), text.unwrap_or_else(|_| value.get().to_owned()))
            })
            .collect();
        fields.sort_unstable();
        let parts: Vec<Part<'_>> = signed_parts(&fields);
        let proof = hmac_sha256(&self.keys()?, &parts, Signature::Hex(signature), None).ok()?;
        let reported = Notification::new(self.endpoint, proof);
        Some(reported.with_unrecognised("an event without a kind", &["id"]).into())
    }

    fn honestly(&self, delivery: &Delivery<'_>) -> Received {
        let name: &EndpointName = &self.endpoint.name;
        self.honest.receive(name, delivery, self.now)
    }

    fn keys(&self) -> Option<Keys> {
        Secret::new(self.secret).ok().map(Keys::one)
    }
}

fn first<'a>(members: &'a Members, name: &str) -> Option<&'a RawValue> {
    members.0.iter().find(|(member, _)| member == name).map(|(_, value)| value.as_ref())
}

fn last<'a>(members: &'a Members, name: &str) -> Option<&'a RawValue> {
    members.0.iter().rev().find(|(member, _)| member == name).map(|(_, value)| value.as_ref())
}

fn text(members: &Members, name: &str) -> Option<String> {
    serde_json::from_str(first(members, name)?.get()).ok()
}

/// Returns the object with each name once, with the value that `choose` selects.
fn each_once(
    members: &Members,
    choose: impl for<'a> Fn(&'a Members, &str) -> Option<&'a RawValue>,
) -> String {
    let mut names: Vec<&str> = members.0.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let chosen = names
        .into_iter()
        .filter_map(|name| Some(format!("{}:{}", Value::from(name), choose(members, name)?.get())));
    format!("{{{}}}", chosen.collect::<Vec<_>>().join(","))
}

fn is_known(kind: &str) -> bool {
    let others = [wire::CREDIT_RECEIVED, wire::PAYOUT_CHANGED, wire::REFUND_CHANGED];
    wire::PAYMENT_EVENTS.contains(&kind) || others.contains(&kind)
}

fn wrongly_signed() -> Received {
    let reason = UntrustedReason::WrongSignature;
    Received::Untrusted(Untrusted::new(reason, "the signature is not that of the known members"))
}

fn with_body(delivery: &Delivery<'_>, body: String) -> Option<Request<Bytes>> {
    let mut request =
        Request::builder().method(delivery.method()).uri(delivery.path()).body(body.into()).ok()?;
    *request.headers_mut() = delivery.headers().clone();
    Some(request)
}
