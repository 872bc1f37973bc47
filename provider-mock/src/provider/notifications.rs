//! Notifications: deliveries of the gateway, and their confirmation.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header::CONTENT_TYPE};
use payments_core::{
    DedupeKey, EndpointName, Error, Movement, NotificationReceiver, OrderRef, Raw, Result,
    Timestamp,
    json::{self, JsonError},
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Notification, Outcome, Proof, Received,
        UnreadableDelivery, Untrusted, UntrustedReason,
    },
    payment::{Payment, Refund},
    payout::Payout,
    step::Step,
};
use provider_kit::{
    signature::{
        CheckingKeys, ExplainSignature, Keys, Signature, SignedParts, Window, hmac_sha256,
    },
    transport::Unreadable,
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{
    client::Client,
    map,
    response::{Decoded, malformed},
};
use crate::{
    formula::{BODY, RETURN, WEBHOOK},
    rules::REFERENCE,
    wire::{
        self, CREDIT_RECEIVED, ORDER, Operation, PAYMENT_EVENTS, PAYOUT_CHANGED, REFUND_CHANGED,
        RETURN_SIGNATURE, SIGNATURE, STAMP, STATE, TEST, TIMESTAMP,
    },
};

/// The longest accepted distance of a notification's timestamp from now.
const TOLERANCE: Duration = Duration::from_secs(300);

/// The name of the endpoint where a buyer's browser returns.
const RETURN_ENDPOINT: &str = "return";

/// The name of the endpoint for events whose signature is in the body.
const SIGNED_EVENTS_ENDPOINT: &str = "signed-events";

/// The members of an event with its id, with its kind, and with its data.
const ID: &str = "id";
const KIND: &str = "type";
const DATA: &str = "data";

/// The role of notifications.
pub(super) struct Notifications {
    client: Arc<Client>,
    keys: Keys,
    endpoints: [Endpoint; 3],
}

impl Notifications {
    pub(super) fn new(client: Arc<Client>, keys: Keys) -> Result<Self> {
        let register = "as `notify_url` of the gateway, or of one payment";
        let events = Endpoint::new(EndpointName::new("events")?, Method::POST, register);
        let register = "as `return_url` of a payment";
        let back = Endpoint::new(EndpointName::new(RETURN_ENDPOINT)?, Method::GET, register);
        let register = "as `notify_url` of a gateway that signs in the body";
        let name = EndpointName::new(SIGNED_EVENTS_ENDPOINT)?;
        let signed = Endpoint::new(name, Method::POST, register);
        Ok(Self { client, keys, endpoints: [events, back.display_only(), signed] })
    }

    fn read(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<Received, Untrusted> {
        let endpoint = Endpoint::find(&self.endpoints, endpoint, delivery.method())?;
        if endpoint.name.as_str() == RETURN_ENDPOINT {
            return self.read_return(endpoint, delivery, now).map(Received::from);
        }
        if endpoint.name.as_str() == SIGNED_EVENTS_ENDPOINT {
            let signed: wire::SignedEvent = json::read(delivery.body()).map_err(unreadable)?;
            let proof = self.proof_in_body(&signed)?;
            let (event, fields) = (signed.event.get().as_bytes(), SignedFields::OF_AN_EVENT);
            return Ok(received(endpoint, proof, delivery, event, fields));
        }
        let proof = check(&self.parts(delivery)?, now)?;
        Ok(received(endpoint, proof, delivery, delivery.body(), SignedFields::OF_A_BODY))
    }

    /// Checks the signature beside an event, over all of its members.
    fn proof_in_body(&self, signed: &wire::SignedEvent) -> Result<Proof, Untrusted> {
        let members: wire::Members =
            json::read(signed.event.get().as_bytes()).map_err(unreadable)?;
        let fields = members.signed_fields().ok_or_else(|| {
            let detail = "the signed text of the event could also be that of other members";
            Untrusted::new(UntrustedReason::Unreadable, detail)
        })?;
        let signature = Signature::Hex(&signed.signature);
        hmac_sha256(&self.keys, &wire::signed_parts(&fields), signature, None)
    }

    /// Reads the return of a buyer's browser, whose event is for display only.
    fn read_return(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<Notification, Untrusted> {
        let proof = check(&self.parts_of_return(delivery)?, now)?;
        let order = one_parameter(delivery, ORDER)?;
        let word = one_parameter(delivery, STATE)?;
        let order = OrderRef::new(order).map_err(unreadable)?;
        let payment = Payment::new(order, map::payment_state(&word)).with_provider_state(word);
        let data = EventData::Payment(payment);
        Ok(Notification::new(endpoint, proof).with_event(None, data, &[ORDER, STATE]))
    }

    fn checking_keys(&self) -> CheckingKeys<'_> {
        CheckingKeys { secrets: Some(&self.keys), public: &[] }
    }

    /// Returns the signed parts of an event.
    fn parts<'a>(&'a self, delivery: &Delivery<'a>) -> Result<SignedParts<'a>, Untrusted> {
        let signature = delivery.one_header(SIGNATURE)?.unwrap_or_default();
        let stamp = delivery.one_header(TIMESTAMP)?.unwrap_or_default();
        Ok(SignedParts::new(WEBHOOK, signature, self.checking_keys())
            .with_field(TIMESTAMP, stamp.as_bytes())
            .with_field(BODY, delivery.body()))
    }

    /// Returns the signed parts of a buyer's return.
    fn parts_of_return<'a>(
        &'a self,
        delivery: &Delivery<'a>,
    ) -> Result<SignedParts<'a>, Untrusted> {
        let signature = one_parameter(delivery, RETURN_SIGNATURE)?;
        let mut parts = SignedParts::new(RETURN, signature, self.checking_keys());
        for name in [ORDER, STATE, STAMP] {
            parts = parts.with_field(name, one_parameter(delivery, name)?.into_bytes());
        }
        Ok(parts)
    }
}

#[async_trait]
impl NotificationReceiver for Notifications {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Received {
        self.read(endpoint, delivery, now).into()
    }

    /// Every event is already proven; a confirmation is optional.
    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        match event.data() {
            EventData::Payment(claimed) => self.confirm_payment(claimed).await,
            EventData::Movement(claimed) => self.confirm_movement(claimed).await,
            EventData::Payout(claimed) => self.confirm_payout(claimed).await,
            EventData::Refund(claimed) => self.confirm_refund(claimed).await,
            _ => Err(Error::unsupported("there is nothing to ask about an event of this kind")
                .with_operation("confirm")),
        }
    }

    fn reply(&self, _endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        let (status, body) = match outcome {
            Outcome::Handled | Outcome::Duplicate | Outcome::Ignored => {
                (StatusCode::OK, r#"{"received":true}"#)
            }
            Outcome::TryAgain => (StatusCode::SERVICE_UNAVAILABLE, r#"{"received":false}"#),
            Outcome::Untrusted => (StatusCode::UNAUTHORIZED, r#"{"received":false}"#),
        };
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

impl ExplainSignature for Notifications {
    fn signed_parts<'a>(
        &'a self,
        endpoint: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        let endpoint = Endpoint::find(&self.endpoints, endpoint, delivery.method()).ok()?;
        match endpoint.name.as_str() {
            RETURN_ENDPOINT => self.parts_of_return(delivery).ok(),
            SIGNED_EVENTS_ENDPOINT => None,
            _ => self.parts(delivery).ok(),
        }
    }
}

/// # Inquiries about a claim
impl Notifications {
    async fn confirm_payment(&self, claimed: &Payment) -> Result<Confirmation> {
        let decoded = self.ask(Operation::FindPayment, claimed.order.as_str()).await?;
        let Some(Decoded { content, raw }) = decoded else { return Ok(not_yet()) };
        let found = map::payment(content, raw).map_err(malformed)?;
        let received = |payment: &Payment| payment.received.map_or(0, |amount| amount.minor());
        let agrees = is_no_older(claimed.state.step(found.state))
            && found.asked == claimed.asked
            && received(&found) >= received(claimed);
        let words = |payment: &Payment| {
            let received = payment.received.map(|amount| amount.to_string());
            format!("{:?}, {} received", payment.state, received.unwrap_or_default())
        };
        let key = map::keys::payment(&found).map_err(malformed)?;
        Ok(verdict(
            agrees,
            words(claimed),
            words(&found),
            Event::inquired(key, EventData::Payment(found)),
        ))
    }

    async fn confirm_movement(&self, claimed: &Movement) -> Result<Confirmation> {
        let decoded = self.ask(Operation::FindTransaction, claimed.key.value()).await?;
        let Some(Decoded { content, .. }) = decoded else { return Ok(not_yet()) };
        let found = map::movement(content).map_err(malformed)?;
        let agrees = found == *claimed;
        let words = |movement: &Movement| format!("{:?} {}", movement.direction, movement.amount);
        let event = Event::inquired(found.key.clone(), EventData::Movement(found.clone()));
        Ok(verdict(agrees, words(claimed), words(&found), event))
    }

    async fn confirm_payout(&self, claimed: &Payout) -> Result<Confirmation> {
        let decoded = self.ask(Operation::FindPayout, claimed.payout.as_str()).await?;
        let Some(Decoded::<wire::FoundPayout> { content, raw }) = decoded else {
            return Ok(not_yet());
        };
        // If several payouts have one reference, the one that the claim names is used.
        let is_claimed = |payout: &wire::Payout| {
            claimed.gateway_ref.as_ref().is_some_and(|name| name.as_str() == payout.id)
        };
        let named = content.again.iter().find(|payout| is_claimed(payout)).cloned();
        let found = map::payout(named.unwrap_or(content.payout), raw).map_err(malformed)?;
        let agrees = is_no_older(claimed.state.step(found.state))
            && (found.amount, found.bank, &found.account)
                == (claimed.amount, claimed.bank, &claimed.account);
        let words = |payout: &Payout| format!("{:?}, {:?}", payout.state, payout.amount);
        let key = map::keys::payout(&found).map_err(malformed)?;
        Ok(verdict(
            agrees,
            words(claimed),
            words(&found),
            Event::inquired(key, EventData::Payout(found)),
        ))
    }

    async fn confirm_refund(&self, claimed: &Refund) -> Result<Confirmation> {
        let decoded = self.ask(Operation::FindRefund, claimed.refund.as_str()).await?;
        let Some(Decoded { content, raw }) = decoded else { return Ok(not_yet()) };
        let found = map::refund(content, raw).map_err(malformed)?;
        let agrees = (found.state, found.amount, &found.order)
            == (claimed.state, claimed.amount, &claimed.order);
        let words = |refund: &Refund| format!("{:?}, {}", refund.state, refund.amount);
        let key = map::keys::refund(&found).map_err(malformed)?;
        Ok(verdict(
            agrees,
            words(claimed),
            words(&found),
            Event::inquired(key, EventData::Refund(found)),
        ))
    }

    async fn ask<A: DeserializeOwned>(
        &self,
        operation: Operation,
        name: &str,
    ) -> Result<Option<Decoded<A>>> {
        REFERENCE.check("event", name)?;
        self.client.inquire(operation, &[name], "").await
    }
}

/// The signed fields that an event depends on, and those of its key.
#[derive(Clone, Copy)]
struct SignedFields {
    event: &'static [&'static str],
    key: &'static [&'static str],
}

impl SignedFields {
    const OF_A_BODY: Self = Self { event: &[BODY], key: &[BODY] };
    const OF_AN_EVENT: Self = Self { event: &[KIND, DATA], key: &[ID] };
}

/// Reads a delivery with a valid signature.
fn received(
    endpoint: &Endpoint,
    proof: Proof,
    delivery: &Delivery<'_>,
    event: &[u8],
    fields: SignedFields,
) -> Received {
    match read_event(event) {
        Ok((key, data)) => Notification::new(endpoint, proof)
            .with_event(key.made_of(fields.key), data, fields.event)
            .with_raw(Raw::new(delivery.body().to_vec()))
            .into(),
        Err(Misread { field, detail }) => UnreadableDelivery::new(proof, field, detail).into(),
    }
}

fn check(parts: &SignedParts<'_>, now: Timestamp) -> Result<Proof, Untrusted> {
    let window = Window { now, tolerance: TOLERANCE };
    parts.formula().check(&parts.fields(), parts.signature(), parts.keys(), Some(window))
}

/// Returns the only value of a parameter of the query.
fn one_parameter(delivery: &Delivery<'_>, name: &str) -> Result<String, Untrusted> {
    let pairs = delivery.query_pairs();
    let mut values = pairs.into_iter().filter(|(key, _)| key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.into_owned()),
        (None, _) => Err(Untrusted::new(
            UntrustedReason::MissingSignature,
            format!("the query has no `{name}`, which is signed"),
        )),
        (Some(_), Some(_)) => Err(Untrusted::new(
            UntrustedReason::MalformedSignature,
            format!("`{name}` is in the query twice"),
        )),
    }
}

/// The reason why the body of a delivery with a valid signature cannot be read.
struct Misread {
    field: String,
    detail: String,
}

impl Misread {
    /// Creates the reason for JSON in `part` of the body.
    fn json(part: &'static str, error: &JsonError) -> Self {
        let field = match (part, error.member()) {
            (BODY, member) => member.unwrap_or(UnreadableDelivery::BODY).to_owned(),
            (part, Some(member)) => format!("{part}.{member}"),
            (part, None) => part.to_owned(),
        };
        Self { field, detail: error.to_string() }
    }

    fn in_field(field: &'static str, error: impl std::error::Error) -> Self {
        Self { field: field.to_owned(), detail: error.to_string() }
    }
}

/// Reads the event of a notification, and its key.
fn read_event(body: &[u8]) -> Result<(DedupeKey, EventData), Misread> {
    let event: wire::Event = json::read(body).map_err(|error| Misread::json(BODY, &error))?;
    let data = event_data(&event)?;
    let key = map::keys::notified(&event.id, &data);
    Ok((key.map_err(|error| Misread::in_field("id", error))?, data))
}

/// Reads the data of an event. An unknown type is accepted without effect; a known one that cannot
/// be read must be sent again, because it may be money.
fn event_data(event: &wire::Event) -> Result<EventData, Misread> {
    let data = &event.data;
    let raw = || Raw::new(data.get().to_owned());
    let misread = |error: Unreadable| Misread::in_field(DATA, error);
    Ok(match event.kind.as_str() {
        kind if PAYMENT_EVENTS.contains(&kind) => {
            EventData::Payment(map::payment(content(data)?, raw()).map_err(misread)?)
        }
        CREDIT_RECEIVED => EventData::Movement(map::movement(content(data)?).map_err(misread)?),
        PAYOUT_CHANGED => EventData::Payout(map::payout(content(data)?, raw()).map_err(misread)?),
        REFUND_CHANGED => EventData::Refund(map::refund(content(data)?, raw()).map_err(misread)?),
        TEST => EventData::Test,
        stranger => EventData::Unrecognised { name: stranger.to_owned() },
    })
}

fn content<A: DeserializeOwned>(data: &RawValue) -> Result<A, Misread> {
    json::read(data.get().as_bytes()).map_err(|error| Misread::json(DATA, &error))
}

fn unreadable(error: impl std::error::Error) -> Untrusted {
    let detail = format!("the notification cannot be read: {error}");
    Untrusted::new(UntrustedReason::Unreadable, detail)
}

/// Returns `true` if the state found is the claimed one or a later one.
fn is_no_older<S>(step: Step<S>) -> bool {
    matches!(step, Step::Same | Step::Advance(_))
}

fn verdict(agrees: bool, claimed: String, found: String, event: Event) -> Confirmation {
    if agrees {
        Confirmation::Confirmed(event)
    } else {
        Confirmation::Contradicted { claimed, found }
    }
}

fn not_yet() -> Confirmation {
    Confirmation::NotYet { retry_after: None }
}
