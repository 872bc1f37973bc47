//! Mistakes in reading notifications.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use payments_core::{
    DedupeKey, Direction, EndpointName, Movement, NotificationReceiver, OrderRef, Result, Secret,
    Timestamp,
    money::{Currency, Money},
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Notification, Outcome, Received,
        Untrusted, UntrustedReason,
    },
    payout::PayoutState,
};
use provider_kit::signature::{Keys, SigningKeys};
use serde::de::IgnoredAny;

use super::{Bug, signed_events::Arrival};
use crate::{
    Settings,
    formula::{BODY, WEBHOOK},
    wire::{ORDER, SIGNATURE, STATE, TIMESTAMP},
};

/// The scope of keys that are made wrongly.
const SCOPE: &str = "mock.event";

pub(super) struct Careless {
    bug: Bug,
    inner: Arc<dyn NotificationReceiver>,
    endpoints: Vec<Endpoint>,
    webhook_secret: String,
}

impl Careless {
    pub(super) fn new(bug: Bug, inner: Arc<dyn NotificationReceiver>, settings: &Settings) -> Self {
        let mut endpoints = inner.endpoints().to_vec();
        if bug == Bug::TrustsTheBrowser {
            endpoints.iter_mut().for_each(|endpoint| endpoint.display_only = false);
        }
        Self { bug, inner, endpoints, webhook_secret: settings.webhook_secret.clone() }
    }

    /// Returns the right signature, if the bug accepts the wrong one that was sent.
    fn excused(&self, delivery: &Delivery<'_>) -> Option<String> {
        let sent = delivery.one_header(SIGNATURE).ok()?;
        let stamp = delivery.one_header(TIMESTAMP).ok()??;
        let key = Keys::one(Secret::new(self.webhook_secret.as_str()).ok()?);
        let fields = [(TIMESTAMP, stamp.as_bytes()), (BODY, delivery.body())];
        let good = WEBHOOK.sign(&fields, SigningKeys { secret: Some(&key), signer: None }).ok()?;
        let is_excused = match (self.bug, sent) {
            (Bug::AcceptsAMissingSignature, sent) => sent.is_none(),
            (Bug::ComparesAPrefix, Some(sent)) => !sent.is_empty() && good.starts_with(sent),
            _ => false,
        };
        is_excused.then_some(good)
    }

    fn now(&self, delivery: &Delivery<'_>, now: Timestamp) -> Timestamp {
        let stamp = match self.bug {
            Bug::TakesTheTimestampForNow => delivery.one_header(TIMESTAMP).ok().flatten(),
            _ => None,
        };
        stamp.and_then(|stamp| stamp.parse().ok()).map_or(now, Timestamp::from_unix)
    }

    fn reported(&self, mut notification: Notification, delivery: &Delivery<'_>) -> Received {
        match self.bug {
            Bug::DividesDongByAHundred => notification = self.retold(notification, divided),
            Bug::ReadsTheTimeOfAnEventAsUtc => {
                notification = self.retold(notification, hours_later)
            }
            Bug::ReadsEveryEventInDong => notification = self.retold(notification, in_dong),
            Bug::ReadsTheQueryFirst => {
                let pairs = delivery.query_pairs();
                let order = pairs.iter().find(|(name, _)| name == ORDER).map(|(_, value)| value);
                if let Some(Ok(order)) = order.map(|order| OrderRef::new(order.as_ref())) {
                    notification = self.retold(notification, |data| of_order(data, &order));
                }
            }
            Bug::MisspellsTheKindOfAPayment => notification = self.retold(notification, overheard),
            Bug::ReadsTheAmountAskedAsReceived => {
                notification = self.retold(notification, as_asked)
            }
            Bug::ReportsAPayoutAsItBegan => notification = self.retold(notification, begun),
            Bug::KeysByTheQuery => {
                let pairs = delivery.query_pairs();
                let id = pairs.iter().find(|(name, _)| name == "id").map(|(_, value)| value);
                let key = id.map(|id| DedupeKey::new(SCOPE, id.as_ref()));
                notification = self.keyed(notification, key);
            }
            Bug::RefusesAnUnknownField if has_an_unknown_field(delivery.body()) => {
                let reason = UntrustedReason::Unreadable;
                return Received::Untrusted(Untrusted::new(reason, "an unknown field"));
            }
            Bug::KeysByTheSignature => {
                let signature = delivery.one_header(SIGNATURE).ok().flatten();
                let key = signature.map(|signature| DedupeKey::new(SCOPE, signature));
                notification = self.keyed(notification, key);
            }
            Bug::KeysByTheOrder => {
                let order = notification.events().iter().find_map(|event| match event.data() {
                    EventData::Payment(payment) => Some(payment.order.clone()),
                    _ => None,
                });
                let key = order.map(|order| DedupeKey::new(SCOPE, order));
                notification = self.keyed(notification, key);
            }
            Bug::KeysInLowerCase => {
                notification = self.retold_under(notification, in_lower_case, |data| data);
            }
            Bug::TrustsTheBrowser if self.is_a_return(&notification.endpoint) => {
                let key = Some(DedupeKey::new(SCOPE, delivery.query().unwrap_or_default()));
                notification = self.keyed(notification, key);
            }
            Bug::BooksATestOfTheAddress => {
                let sample = DedupeKey::new(SCOPE, "sample");
                let is_test = |event: &Event| matches!(event.data(), EventData::Test);
                if notification.events().iter().any(is_test)
                    && let Ok(key) = sample
                {
                    let credit = || Movement::new(key.clone(), Direction::In, Money::vnd(3_000));
                    notification = self.retold_under(
                        notification,
                        |_| Some(key.clone()),
                        |_| EventData::Movement(credit()),
                    );
                }
            }
            Bug::RefusesATestOfTheAddress => {
                let is_test = |event: &Event| matches!(event.data(), EventData::Test);
                if notification.events().iter().any(is_test) {
                    let reason = UntrustedReason::Unreadable;
                    return Received::Untrusted(Untrusted::new(reason, "no known type"));
                }
            }
            Bug::RefusesAnUnknownKind => {
                let is_unknown =
                    |event: &Event| matches!(event.data(), EventData::Unrecognised { .. });
                if notification.events().iter().any(is_unknown) {
                    let reason = UntrustedReason::Unreadable;
                    return Received::Untrusted(Untrusted::new(reason, "an unknown kind of event"));
                }
            }
            _ => {}
        }
        Received::Notification(notification)
    }

    /// Returns `true` if the correct provider declares that browsers return at this endpoint.
    fn is_a_return(&self, endpoint: &EndpointName) -> bool {
        let declared = self.inner.endpoints();
        declared.iter().any(|known| known.name == *endpoint && known.display_only)
    }

    /// Returns the same notification with other event data and the same proof.
    fn retold(
        &self,
        notification: Notification,
        tell: impl Fn(EventData) -> EventData,
    ) -> Notification {
        self.retold_under(notification, stated, tell)
    }

    fn retold_under(
        &self,
        notification: Notification,
        key: impl Fn(&Event) -> Option<DedupeKey>,
        tell: impl Fn(EventData) -> EventData,
    ) -> Notification {
        let endpoint = self.endpoints.iter().find(|known| known.name == notification.endpoint);
        let Some(endpoint) = endpoint else { return notification };
        let proof = notification.proof.clone();
        let retold = Notification::new(endpoint, proof).with_raw(notification.raw.clone());
        notification.into_events().into_iter().fold(retold, |retold, event| {
            let key = key(&event).map(|key| key.made_of(&[ORDER, STATE]));
            retold.with_event(key, tell(event.into_data()), &[ORDER, STATE])
        })
    }

    /// Returns the same notification with this key in its events, if there is a key.
    fn keyed(&self, notification: Notification, key: Option<Result<DedupeKey>>) -> Notification {
        match key {
            Some(Ok(key)) => self.retold_under(notification, |_| Some(key.clone()), |data| data),
            _ => notification,
        }
    }
}

/// Returns the key from the correct provider.
fn stated(event: &Event) -> Option<DedupeKey> {
    event.key().cloned()
}

/// Returns a key from the order with its state and the amount received, in lower case.
fn in_lower_case(event: &Event) -> Option<DedupeKey> {
    match event.data() {
        EventData::Payment(payment) => {
            let received = payment.received.map_or(0, |received| received.minor());
            let text = format!("{}:{:?}:{received}", payment.order, payment.state);
            DedupeKey::new(SCOPE, text.to_lowercase()).ok()
        }
        _ => stated(event),
    }
}

fn overheard(data: EventData) -> EventData {
    match data {
        EventData::Payment(_) => EventData::Unrecognised { name: "payment.settled".to_owned() },
        other => other,
    }
}

fn as_asked(data: EventData) -> EventData {
    match data {
        EventData::Payment(mut payment) if payment.received.is_some() => {
            payment.received = payment.asked;
            EventData::Payment(payment)
        }
        other => other,
    }
}

fn hours_later(data: EventData) -> EventData {
    with_times(data, |at| at.plus(Duration::from_secs(7 * 3_600)))
}

/// Returns the same event data with changed times of its movements.
fn with_times(mut data: EventData, time: impl Fn(Timestamp) -> Timestamp) -> EventData {
    let movements: &mut [Movement] = match &mut data {
        EventData::Payment(payment) => &mut payment.credits,
        EventData::Movement(movement) => std::slice::from_mut(movement),
        _ => &mut [],
    };
    for movement in movements {
        movement.at = movement.at.map(&time);
    }
    data
}

fn in_dong(mut data: EventData) -> EventData {
    let dong = |money: Money| Money::vnd(money.minor());
    match &mut data {
        EventData::Payment(payment) => payment.received = payment.received.map(dong),
        EventData::Movement(movement) => movement.amount = dong(movement.amount),
        _ => {}
    }
    data
}

fn begun(data: EventData) -> EventData {
    match data {
        EventData::Payout(mut payout) => {
            payout.state = PayoutState::Pending;
            EventData::Payout(payout)
        }
        other => other,
    }
}

fn has_an_unknown_field(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their names count")]
    struct Known {
        id: IgnoredAny,
        r#type: IgnoredAny,
        at: IgnoredAny,
        data: IgnoredAny,
    }
    !body.is_empty() && serde_json::from_slice::<Known>(body).is_err()
}

fn divided(data: EventData) -> EventData {
    let by_a_hundred = |money: Money| match money.currency() {
        Currency::VND => Money::vnd(money.minor() / 100),
        _ => money,
    };
    match data {
        EventData::Payment(mut payment) => {
            payment.received = payment.received.map(by_a_hundred);
            EventData::Payment(payment)
        }
        EventData::Payout(mut payout) => {
            payout.amount = payout.amount.map(by_a_hundred);
            EventData::Payout(payout)
        }
        other => other,
    }
}

fn of_order(data: EventData, order: &OrderRef) -> EventData {
    match data {
        EventData::Payment(mut payment) => {
            payment.order = order.clone();
            EventData::Payment(payment)
        }
        other => other,
    }
}

/// Returns the delivery with another signature.
fn signed_anew(delivery: &Delivery<'_>, signature: &str) -> Option<Request<Bytes>> {
    let query = delivery.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut request = Request::builder()
        .method(delivery.method().clone())
        .uri(format!("{}{query}", delivery.path()))
        .body(Bytes::copy_from_slice(delivery.body()))
        .ok()?;
    *request.headers_mut() = delivery.headers().clone();
    request.headers_mut().insert(SIGNATURE, HeaderValue::try_from(signature).ok()?);
    Some(request)
}

#[async_trait]
impl NotificationReceiver for Careless {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Received {
        if self.bug == Bug::PanicsOnStrangeBytes {
            #[expect(clippy::unwrap_used, reason = "this is the bug")]
            let _ = std::str::from_utf8(delivery.body()).unwrap();
        }
        let declared = self.endpoints.iter().find(|known| known.name == *endpoint);
        let arrival =
            declared.filter(|known| known.name.as_str() == "signed-events").map(|known| Arrival {
                bug: self.bug,
                honest: self.inner.as_ref(),
                secret: &self.webhook_secret,
                endpoint: known,
                delivery,
                now,
            });
        if let Some(received) = arrival.and_then(|arrival| arrival.received()) {
            return received;
        }
        let excused = self.excused(delivery).and_then(|good| signed_anew(delivery, &good));
        let delivery = excused.as_ref().map_or(*delivery, Delivery::of);
        match self.inner.receive(endpoint, &delivery, self.now(&delivery, now)) {
            Received::Notification(notification)
                if self.bug == Bug::TakesTheDeliveryForTheEvent =>
            {
                self.retold(notification, |data| with_times(data, |_| now)).into()
            }
            Received::Notification(notification) => self.reported(notification, &delivery),
            Received::Untrusted(mut untrusted)
                if self.bug == Bug::PrintsTheSecretOfAForgedDelivery =>
            {
                let detail = format!("{}, checked with {}", untrusted.detail, self.webhook_secret);
                untrusted.detail = detail;
                Received::Untrusted(untrusted)
            }
            #[expect(clippy::panic, reason = "this is the bug")]
            Received::Unreadable(unreadable) if self.bug == Bug::PanicsWithoutAField => {
                panic!("{unreadable}")
            }
            other => other,
        }
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        let claim = || {
            let key = stated(event).map_or_else(|| DedupeKey::new(SCOPE, "claimed"), Ok)?;
            Ok(Confirmation::Confirmed(Event::inquired(key, event.data().clone())))
        };
        if self.bug == Bug::ConfirmsWithoutAsking {
            return claim();
        }
        match self.inner.confirm(event).await? {
            Confirmation::Contradicted { .. } if self.bug == Bug::ConfirmsTheClaim => claim(),
            Confirmation::Confirmed(confirmed) if self.bug == Bug::KeysByTheClaim => {
                let key = stated(event).or_else(|| stated(&confirmed));
                let key = key.map_or_else(|| DedupeKey::new(SCOPE, "claimed"), Ok)?;
                Ok(Confirmation::Confirmed(Event::inquired(key, confirmed.into_data())))
            }
            other => Ok(other),
        }
    }

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        match (self.bug, outcome) {
            (Bug::RefusesADuplicate, Outcome::Duplicate) => {
                let mut response = self.inner.reply(endpoint, outcome);
                *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                response
            }
            (Bug::AcknowledgesAForgedDelivery, Outcome::Untrusted) => {
                self.inner.reply(endpoint, Outcome::Handled)
            }
            _ => self.inner.reply(endpoint, outcome),
        }
    }
}
