//! The events that a delivery reports, and the evidence for each.

use std::borrow::Cow;
use std::panic::Location;

use serde::Serialize;

use super::{Coverage, Endpoint, Proof};
use crate::{
    DedupeKey, EndpointName, Movement, StatedKey,
    payment::{Payment, PaymentState, Refund},
    payout::Payout,
    raw::Raw,
    signature::Authenticity,
};

/// A delivery that was checked: its proof and its events.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notification {
    /// The endpoint at which the delivery arrived.
    pub endpoint: EndpointName,
    /// The proof of who sent the delivery, with the fields that the proof covers.
    pub proof: Proof,
    events: Vec<Event>,
    /// The bytes of the delivery: its body, or its query if it has no body.
    pub raw: Raw,
    /// The line of source that created the notification, so that tests can point to it.
    pub made_at: &'static Location<'static>,
    display_only: bool,
}

/// Something that a delivery or an inquiry reports, such as a paid order. It has the [`Evidence`]
/// for its truth and, if it may be booked and moves money, a [`DedupeKey`]: an app that stores the
/// keys of handled events handles each event once.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Event {
    data: EventData,
    evidence: Evidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<DedupeKey>,
    /// The digest of the delivery that reports the event, by which a second delivery with the same
    /// bytes is recognised.
    #[serde(skip)]
    delivery: Option<[u8; 32]>,
}

/// The content of an event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventData {
    /// A payment changed.
    Payment(Payment),
    /// Money arrived on, or left, an account.
    Movement(Movement),
    /// A payout changed.
    Payout(Payout),
    /// A refund changed.
    Refund(Refund),
    /// The gateway tests the address with this delivery. Nothing happened, whatever amounts the
    /// delivery contains: acknowledge it.
    Test,
    /// An event that this version does not know. Acknowledge and ignore it.
    Unrecognised {
        /// The gateway's name for the event.
        name: String,
    },
}

/// The reason to trust an event, or what is missing to trust it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// The proof covers every field that the event is derived from and, if the event moves money,
    /// every field that its key is made of.
    Proven,
    /// The event or its key rests on fields that the proof does not cover, or the event moves money
    /// and has no key. Confirm the event before you trust it.
    Unconfirmed {
        /// The fields that are not covered. The list is empty if the delivery names no fields or no
        /// key, or if the event was recreated from a stored delivery.
        uncovered: Vec<Cow<'static, str>>,
    },
    /// An inquiry confirmed the event.
    Inquired,
    /// The event came through a buyer's browser: show it, never book it.
    DisplayOnly,
}

impl Notification {
    /// Creates a checked delivery without events.
    #[track_caller]
    pub fn new(endpoint: &Endpoint, proof: Proof) -> Self {
        Self {
            endpoint: endpoint.name.clone(),
            proof,
            // Nearly every delivery has one event.
            events: Vec::with_capacity(1),
            raw: Raw::default(),
            made_at: Location::caller(),
            display_only: endpoint.display_only,
        }
    }

    /// Adds an event that rests on these fields of the delivery.
    ///
    /// `key` is the key that the delivery states and the fields that the key is made of, or `None`
    /// if the delivery states no key, such as a status without a transaction.
    ///
    /// The event is [`Evidence::Proven`] if the proof covers every field in `rests_on` and, if the
    /// event moves money, there is a key and the proof covers every field of it. Otherwise it is
    /// unconfirmed, and the inquiry that confirms it gives the key. If `rests_on` is empty, the
    /// event is proven if the proof covers the whole body, and unconfirmed otherwise.
    ///
    /// Only a proven event that moves money keeps its key. An event that moves no money has no key,
    /// so that it cannot use up the key of an event that does, and neither has an event at a
    /// display-only endpoint, which is always [`Evidence::DisplayOnly`].
    #[must_use]
    pub fn with_event(
        mut self,
        key: impl Into<Option<StatedKey>>,
        data: EventData,
        rests_on: &[&'static str],
    ) -> Self {
        let mut event = Event { data, evidence: Evidence::Proven, key: None, delivery: None };
        let key = key.into().filter(|_| event.moves_money());
        let mut uncovered = self.uncovered(rests_on);
        let mut names_nothing = rests_on.is_empty();
        if event.moves_money() {
            for field in self.uncovered(key.as_ref().map_or(&[], |key| key.made_of)) {
                if !uncovered.contains(&field) {
                    uncovered.push(field);
                }
            }
            names_nothing |= key.as_ref().is_none_or(|key| key.made_of.is_empty());
        }
        let covers_all = *self.proof.coverage() == Coverage::Body;
        let lacks_a_key = event.moves_money() && key.is_none();
        if self.display_only {
            event.evidence = Evidence::DisplayOnly;
        } else if !uncovered.is_empty() || (names_nothing && !covers_all) || lacks_a_key {
            event.evidence = Evidence::Unconfirmed { uncovered };
        } else {
            event.key = key.map(|stated| stated.key);
        }
        self.events.push(event);
        self
    }

    /// Adds an event that this version does not know, under the provider's name for it. It moves no
    /// money and has no key. `rests_on` is as for [`with_event`](Self::with_event).
    #[must_use]
    pub fn with_unrecognised(self, name: impl Into<String>, rests_on: &[&'static str]) -> Self {
        self.with_event(None, EventData::Unrecognised { name: name.into() }, rests_on)
    }

    /// Adds a [test](EventData::Test) of the address. It moves no money and has no key. `rests_on`
    /// lists the fields by which the delivery is recognised as a test, as for
    /// [`with_event`](Self::with_event).
    #[must_use]
    pub fn with_test(self, rests_on: &[&'static str]) -> Self {
        self.with_event(None, EventData::Test, rests_on)
    }

    /// Returns the events of the delivery.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Returns the events of the delivery.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// Sets the digest of the delivery that reports the events.
    pub(crate) fn claimed_by(&mut self, delivery: [u8; 32]) {
        for event in &mut self.events {
            event.delivery = Some(delivery);
        }
    }

    /// Sets the bytes of the delivery that the proof was checked against.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw.with_authenticity(Authenticity::Verified(self.proof.clone()));
        self
    }

    fn uncovered(&self, fields: &[&'static str]) -> Vec<Cow<'static, str>> {
        let is_uncovered = |field: &&&'static str| !self.proof.covers(field);
        fields.iter().filter(is_uncovered).map(|field| Cow::Borrowed(*field)).collect()
    }
}

impl Event {
    /// Creates an event from the response to an inquiry, as the result of a confirmation.
    ///
    /// `key` must be made of the inquiry's values, because the delivery's own key is only as
    /// trustworthy as its proof. It is dropped if the event moves no money, as in
    /// [`Notification::with_event`].
    pub fn inquired(key: DedupeKey, data: EventData) -> Self {
        let mut event = Self { data, evidence: Evidence::Inquired, key: None, delivery: None };
        event.key = Some(key).filter(|_| event.moves_money());
        event
    }

    /// Recreates the event of a stored delivery from its data, in order to confirm it with
    /// [`NotificationReceiver::confirm`](super::NotificationReceiver::confirm).
    ///
    /// It has no key and is [`Evidence::Unconfirmed`], whatever the delivery proved: only the
    /// result of the confirmation may be booked.
    pub fn claimed(data: EventData) -> Self {
        let evidence = Evidence::Unconfirmed { uncovered: Vec::new() };
        Self { data, evidence, key: None, delivery: None }
    }

    /// Returns the key under which this event is handled once per provider.
    ///
    /// It is `Some` exactly if the event is [trusted](Self::is_trusted) and [moves
    /// money](Self::moves_money). Store the provider, the key and the changes due to the event in
    /// one transaction. A trusted event without a key changes no money, so handling it twice does
    /// no harm.
    pub fn key(&self) -> Option<&DedupeKey> {
        self.key.as_ref()
    }

    /// Returns the content of the event. It cannot be changed, so the evidence stays valid for it.
    pub fn data(&self) -> &EventData {
        &self.data
    }

    /// Returns the content of the event.
    pub fn into_data(self) -> EventData {
        self.data
    }

    /// Returns the digest of the delivery that reports the event, if the confirmation layer
    /// received it.
    pub(crate) fn delivery(&self) -> Option<[u8; 32]> {
        self.delivery
    }

    /// Returns the evidence for the event.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Returns whether the event may be booked: it is proven, or an inquiry confirmed it.
    pub fn is_trusted(&self) -> bool {
        matches!(self.evidence, Evidence::Proven | Evidence::Inquired)
    }

    /// Returns whether booking the event moves money. Such an event must be trusted first.
    pub fn moves_money(&self) -> bool {
        match &self.data {
            EventData::Payment(payment) => {
                !matches!(payment.state, PaymentState::Open | PaymentState::Processing)
                    || payment.received.is_some()
                    || !payment.credits.is_empty()
            }
            EventData::Movement(_) | EventData::Payout(_) | EventData::Refund(_) => true,
            EventData::Test | EventData::Unrecognised { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        OrderRef, Secret,
        money::Money,
        signature::{
            Keys, Part, Signature, hmac_sha256, md5_concat, shared_token, sign_hmac_sha256,
            sign_md5_concat,
        },
    };

    fn secret() -> Secret {
        Secret::new("k").unwrap()
    }

    fn endpoint() -> Endpoint {
        Endpoint::new(EndpointName::new("events").unwrap(), http::Method::POST, "anywhere")
    }

    fn token() -> Proof {
        shared_token(&Keys::one(secret()), Some(b"k")).unwrap()
    }

    fn code_over_the_order() -> Proof {
        let parts = [Part::Field("order", b"A1"), Part::Secret];
        let code = hex::encode(sign_md5_concat(&secret(), &parts));
        md5_concat(&Keys::one(secret()), &parts, Signature::Hex(&code)).unwrap()
    }

    fn signature_over_the_body() -> Proof {
        let parts = [Part::Body(b"{}")];
        let code = hex::encode(sign_hmac_sha256(&secret(), &parts));
        hmac_sha256(&Keys::one(secret()), &parts, Signature::Hex(&code), None).unwrap()
    }

    fn paid() -> EventData {
        let order = OrderRef::new("A1").unwrap();
        EventData::Payment(Payment::new(order, PaymentState::Settled).with_received(Money::vnd(1)))
    }

    fn open() -> EventData {
        EventData::Payment(Payment::new(OrderRef::new("A1").unwrap(), PaymentState::Open))
    }

    fn unknown() -> EventData {
        EventData::Unrecognised { name: "holiday".to_owned() }
    }

    fn key() -> DedupeKey {
        DedupeKey::new("acme.payment", "1").unwrap()
    }

    fn event(
        endpoint: &Endpoint,
        proof: Proof,
        made_of: &'static [&'static str],
        data: EventData,
        rests_on: &[&'static str],
    ) -> Event {
        let notification = Notification::new(endpoint, proof);
        notification.with_event(key().made_of(made_of), data, rests_on).events[0].clone()
    }

    fn unconfirmed(fields: &[&'static str]) -> Evidence {
        Evidence::Unconfirmed { uncovered: fields.iter().map(|field| (*field).into()).collect() }
    }

    #[test]
    fn a_key_is_handed_out_only_where_the_proof_covers_claim_and_key() {
        type Fields = &'static [&'static str];
        type Case = (fn() -> Proof, Fields, Fields, Option<Evidence>);
        let cases: [Case; 9] = [
            (code_over_the_order, &["order"], &["order"], None),
            (code_over_the_order, &["order"], &["order", "amount"], Some(unconfirmed(&["amount"]))),
            (code_over_the_order, &["id"], &["order"], Some(unconfirmed(&["id"]))),
            (code_over_the_order, &["id"], &["id"], Some(unconfirmed(&["id"]))),
            (code_over_the_order, &[], &["order"], Some(unconfirmed(&[]))),
            (code_over_the_order, &["order"], &[], Some(unconfirmed(&[]))),
            (token, &["order"], &["order"], Some(unconfirmed(&["order"]))),
            (token, &[], &[], Some(unconfirmed(&[]))),
            (signature_over_the_body, &[], &[], None),
        ];
        for (proof, made_of, rests_on, doubt) in cases {
            let event = event(&endpoint(), proof(), made_of, paid(), rests_on);
            let expected = doubt.clone().unwrap_or(Evidence::Proven);
            let handed_out = doubt.is_none().then(key);
            let found = (event.evidence(), event.key());
            assert_eq!(found, (&expected, handed_out.as_ref()), "{made_of:?} {rests_on:?}");
        }
    }

    #[test]
    fn a_claim_made_again_from_its_data_is_never_trusted_and_has_no_key() {
        for data in [paid(), open(), EventData::Test, unknown()] {
            let claimed = Event::claimed(data);
            assert_eq!((claimed.evidence(), claimed.key()), (&unconfirmed(&[]), None));
            assert!(!claimed.is_trusted());
        }
    }

    #[test]
    fn money_without_a_stated_key_has_to_be_confirmed() {
        let notification = Notification::new(&endpoint(), signature_over_the_body());
        let event = notification.with_event(None, paid(), &["order"]).events[0].clone();
        assert_eq!((event.evidence(), event.key()), (&unconfirmed(&[]), None));
    }

    #[test]
    fn what_moves_no_money_never_carries_a_key() {
        for data in [open(), EventData::Test, unknown()] {
            let proven =
                event(&endpoint(), signature_over_the_body(), &["id"], data.clone(), &["state"]);
            assert_eq!((proven.evidence(), proven.key()), (&Evidence::Proven, None));
            let inquired = Event::inquired(key(), data);
            assert_eq!((inquired.evidence(), inquired.key()), (&Evidence::Inquired, None));
        }
        assert_eq!(Event::inquired(key(), paid()).key(), Some(&key()));
    }

    #[test]
    fn what_rests_on_an_uncovered_field_is_never_proven_even_without_money() {
        for rests_on in [&["order", "error_code"][..], &[]] {
            let found = event(&endpoint(), code_over_the_order(), &[], unknown(), rests_on);
            assert!(matches!(found.evidence(), Evidence::Unconfirmed { .. }), "{rests_on:?}");
        }
    }

    #[test]
    fn a_display_only_endpoint_hands_out_no_key() {
        let back = endpoint().display_only();
        for proof in [signature_over_the_body(), code_over_the_order(), token()] {
            for data in [paid(), open(), EventData::Test, unknown()] {
                let event = event(&back, proof.clone(), &["order"], data, &["order"]);
                assert_eq!((event.evidence(), event.key()), (&Evidence::DisplayOnly, None));
            }
        }
    }

    #[test]
    fn an_open_payment_that_tells_of_money_moves_money() {
        let order = OrderRef::new("A1").unwrap();
        let open = Payment::new(order, PaymentState::Open);
        assert!(!Event::inquired(key(), EventData::Payment(open.clone())).moves_money());
        let paid = EventData::Payment(open.with_received(Money::vnd(1)));
        assert!(Event::inquired(key(), paid).moves_money());
    }
}
