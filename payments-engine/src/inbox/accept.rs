//! Accepts a delivery: stores it before it decides on the reply.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use payments_core::{
    EndpointName, NotificationReceiver, OrderRef, Provider, ProviderId, Result, Timestamp,
    notification::{
        Delivery, EventData, Notification, Outcome, Received, Scheme, Untrusted, Verdict,
    },
};

use super::{
    delivery::{Refused, Standing, StoredDelivery, StoredEvent, StoredRequest, digest},
    schedule,
};
use crate::{
    booking::book,
    engine::Engine,
    seeded::Seeded,
    shared::Shared,
    store::{Backend, Due, Rows, StoreError, TaskKind},
};

/// The result of accepting a delivery, with the reply for the gateway.
#[must_use = "the gateway waits for the reply"]
#[non_exhaustive]
pub struct Accepted {
    /// The reply. The delivery that it acknowledges is stored.
    pub reply: http::Response<Bytes>,
    /// The outcome that the reply reports.
    pub outcome: Outcome,
    /// The verdict on the delivery, or `None` if its provider or its endpoint does not exist.
    pub verdict: Option<Verdict>,
    /// Why the delivery was not accepted, in one line without personal data, or `None` if it was.
    pub why: Option<String>,
}

/// A delivery that is about to be stored.
#[derive(Clone)]
struct Arrival {
    delivery: StoredDelivery,
    request: StoredRequest,
}

/// The result of storing an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// The delivery was stored, or it improved the stored delivery.
    Anew,
    /// The delivery was stored before.
    Before,
    /// Too many unsigned deliveries wait for their confirmation.
    Full,
}

impl Engine {
    /// Accepts a delivery of a provider, and returns the reply for the gateway.
    ///
    /// Before this returns, events that are proven are booked, and events that need a confirmation
    /// are stored; the engine confirms them afterwards. The work is completed even if this future
    /// is dropped. If a delivery could not be stored in time, the reply makes the gateway send it
    /// again.
    ///
    /// The call never fails: the reply to a delivery whose provider does not exist is 404.
    pub async fn accept(
        &self,
        provider: &str,
        endpoint: &str,
        delivery: &Delivery<'_>,
    ) -> Accepted {
        let shared = self.shared();
        let (provider, receiver, endpoint) = match find(shared, provider, endpoint) {
            Ok(found) => found,
            Err(error) => return Accepted::missing(error.to_string()),
        };
        let now = shared.clock.now();
        let received = receiver.receive(&endpoint, delivery, now);
        let verdict = received.verdict();
        let reply = |outcome, why| {
            let reply = receiver.reply(&endpoint, outcome);
            tracing::info!(
                provider = provider.id().as_str(),
                endpoint = endpoint.as_str(),
                verdict = verdict.as_str(),
                ?outcome,
                why,
                "delivery accepted"
            );
            Accepted { reply, outcome, verdict: Some(verdict), why }
        };
        if let Err(error) = shared.check_running() {
            return reply(Outcome::TryAgain, Some(error.to_string()));
        }
        let kept = match received {
            Received::Reply(response) => {
                let (outcome, verdict) = (Outcome::Handled, Some(verdict));
                return Accepted { reply: response, outcome, verdict, why: None };
            }
            Received::Notification(notification) if is_display(&*receiver, &endpoint) => {
                shared.buyer_came_back(provider, &notification).await;
                return reply(Outcome::Ignored, None);
            }
            Received::Notification(notification) => (notification, false),
            Received::Untrusted(untrusted) => {
                match signed_for_another_time(&*receiver, &endpoint, delivery, &untrusted) {
                    Some(notification) => (notification, true),
                    None => {
                        let reason = reason(&untrusted);
                        let refused = refused(
                            provider.id(),
                            &*receiver,
                            &endpoint,
                            now,
                            (reason, untrusted.detail.clone()),
                            delivery,
                        );
                        shared.refuse(refused).await;
                        return reply(Outcome::Untrusted, Some(untrusted.to_string()));
                    }
                }
            }
            Received::Unreadable(unreadable) => {
                tracing::warn!(provider = provider.id().as_str(), "{unreadable}");
                let why = ("unreadable".to_owned(), unreadable.to_string());
                let refused = refused(provider.id(), &*receiver, &endpoint, now, why, delivery);
                shared.refuse(refused).await;
                return reply(Outcome::TryAgain, Some(unreadable.to_string()));
            }
        };
        let arrival = Arrival::of(provider.id(), &endpoint, delivery, &kept, verdict, now);
        if arrival.delivery.events.iter().all(|event| event.standing == Standing::Ignored) {
            return reply(Outcome::Ignored, None);
        }
        match shared.keep(arrival).await {
            Ok(Kept::Anew) => reply(Outcome::Handled, None),
            Ok(Kept::Before) => reply(Outcome::Duplicate, None),
            Ok(Kept::Full) => {
                let why = "too many unsigned deliveries wait for their confirmation";
                reply(Outcome::TryAgain, Some(why.to_owned()))
            }
            Err(error) => reply(Outcome::TryAgain, Some(error.to_string())),
        }
    }
}

fn find<'a>(
    shared: &'a Shared,
    provider: &str,
    endpoint: &str,
) -> Result<(&'a Provider, Arc<dyn NotificationReceiver>, EndpointName)> {
    let provider = shared.receiving_provider(&ProviderId::new(provider)?)?;
    Ok((provider, Arc::clone(provider.notifications()?), EndpointName::new(endpoint)?))
}

/// Returns whether an endpoint is for the browsers of buyers.
fn is_display(receiver: &dyn NotificationReceiver, name: &EndpointName) -> bool {
    receiver.endpoints().iter().any(|endpoint| endpoint.name == *name && endpoint.display_only)
}

/// Reads the events of a delivery with a valid signature and a wrong timestamp. It was signed for
/// another time, so it has to be confirmed.
fn signed_for_another_time(
    receiver: &dyn NotificationReceiver,
    endpoint: &EndpointName,
    delivery: &Delivery<'_>,
    untrusted: &Untrusted,
) -> Option<Notification> {
    let then = untrusted.stale.filter(|_| !is_display(receiver, endpoint))?;
    receiver.receive(endpoint, delivery, then).notification()
}

/// Returns the reason under which a refusal is counted, such as `wrong_signature`.
fn reason(untrusted: &Untrusted) -> String {
    let word = serde_json::to_value(untrusted.reason).ok();
    word.and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_else(|| "other".to_owned())
}

fn refused(
    provider: &ProviderId,
    receiver: &dyn NotificationReceiver,
    endpoint: &EndpointName,
    at: Timestamp,
    (reason, detail): (String, String),
    delivery: &Delivery<'_>,
) -> Refused {
    // A stranger must not be able to create rows under names of their choice.
    let is_known = receiver.endpoints().iter().any(|known| known.name == *endpoint);
    let endpoint = if is_known { endpoint.to_string() } else { "-".to_owned() };
    let request = StoredRequest::of(delivery).sample();
    Refused { provider: provider.clone(), endpoint, at, reason, detail, request }
}

impl Arrival {
    fn of(
        provider: &ProviderId,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        (notification, is_stale): &(Notification, bool),
        verdict: Verdict,
        now: Timestamp,
    ) -> Self {
        let events = notification.events().iter();
        let events = events.map(|event| StoredEvent::of(provider, endpoint, event, *is_stale));
        let delivery_of = StoredDelivery {
            number: 0,
            provider: provider.clone(),
            endpoint: endpoint.clone(),
            digest: digest(delivery),
            received_at: now,
            verdict: if *is_stale { "stale" } else { verdict.as_str() }.to_owned(),
            is_unsigned: notification.proof.scheme() == Scheme::Unauthenticated,
            changed_at: now,
            events: events.collect(),
        };
        Self { delivery: delivery_of, request: StoredRequest::of(delivery) }
    }

    /// Stores the arrival and books its proven events, or improves the delivery that is stored.
    fn keep(
        &self,
        rows: &mut dyn Rows,
        most_unconfirmed: u64,
        start: u64,
    ) -> Result<Kept, StoreError> {
        let new = &self.delivery;
        let known = rows.inbox().find_delivery(&new.provider, &new.endpoint, &new.digest)?;
        let is_repeated = known.is_some();
        let mut stored =
            known.unwrap_or_else(|| StoredDelivery { events: Vec::new(), ..new.clone() });
        let before = stored.events.clone();
        let mut due = new.received_at;
        for (index, event) in new.events.iter().enumerate() {
            match stored.events.get_mut(index) {
                None => stored.events.push(event.clone()),
                Some(known) if known.standing.is_booked() => {}
                Some(known) if event.standing == Standing::Proven => *known = event.clone(),
                Some(known)
                    if event.standing == Standing::Unconfirmed && known.standing.is_doubtful() =>
                {
                    // An event that was not confirmed then may be confirmed now.
                    known.standing = Standing::Unconfirmed;
                    due = due.max(stored.changed_at.plus(schedule::AGAIN));
                }
                Some(_) => {}
            }
        }
        if is_repeated && stored.events == before {
            return Ok(Kept::Before);
        }
        let is_waiting = |events: &[StoredEvent]| {
            events.iter().any(|event| event.standing == Standing::Unconfirmed)
        };
        if stored.is_unsigned && is_waiting(&stored.events) && !is_waiting(&before) {
            let (provider, endpoint) = (&new.provider, &new.endpoint);
            let waiting = rows.inbox().unconfirmed(provider, endpoint, most_unconfirmed)?;
            if waiting >= most_unconfirmed {
                return Ok(Kept::Full);
            }
        }
        stored.changed_at = new.received_at;
        stored.verdict.clone_from(&new.verdict);
        if is_repeated {
            rows.inbox().update_delivery(&stored)?;
        } else {
            stored.number = rows.inbox().insert_delivery(&stored, &self.request)?;
        }
        for (index, event) in stored.events.iter().enumerate() {
            let was_booked = before.get(index).is_some_and(|event| event.standing.is_booked());
            if event.standing == Standing::Proven && !was_booked {
                let token = format!("delivery-{}-{index}", stored.number);
                book(rows, &event.report, &token, new.received_at, start)?;
            }
        }
        if is_waiting(&stored.events) {
            let subject = stored.number.to_string();
            rows.make_due(TaskKind::Confirm, &subject, Due::At(due))?;
        }
        Ok(Kept::Anew)
    }
}

impl Shared {
    /// Stores an arrival on the engine's own runtime, within the time that a gateway waits.
    async fn keep(self: &Arc<Self>, arrival: Arrival) -> Result<Kept, StoreError> {
        let limits = self.inbox.clone();
        if self.is_seeded(Seeded::RepliesBeforeTheCommit) {
            let (shared, late) = (Arc::clone(self), arrival);
            drop(self.runtime.spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                shared.commit(late).await
            }));
            return Ok(Kept::Anew);
        }
        let (shared, within) = (Arc::clone(self), limits.durable_within);
        let kept = self.runtime.spawn(async move {
            let writer = Arc::clone(&shared);
            let writing = shared.runtime.spawn(async move { writer.commit(arrival).await });
            match tokio::time::timeout(within, writing).await {
                Ok(written) => written.unwrap_or_else(|error| Err(StoreError::not_done(error))),
                Err(_) => Err(StoreError::Unknown("it was not stored in time".to_owned())),
            }
        });
        let kept = kept
            .await
            .unwrap_or_else(|_| Err(StoreError::Unknown("the engine ended".to_owned())))?;
        if kept == Kept::Anew {
            self.wake.notify_one();
        }
        Ok(kept)
    }

    async fn commit(&self, mut arrival: Arrival) -> Result<Kept, StoreError> {
        let (most, start) = (self.inbox.unconfirmed, self.journal.start);
        let store = &self.journal.store;
        if self.is_seeded(Seeded::UniqueByKey) {
            arrival.delivery.digest = seeded_digest(&arrival.delivery);
            return store.run(move |backend| arrival.keep_if_new(backend, most, start)).await;
        }
        if self.is_seeded(Seeded::BooksOutsideTheTransaction) {
            let mut first = arrival.clone();
            for event in &mut first.delivery.events {
                event.standing = Standing::Confirmed;
            }
            let kept = store.run(move |backend| first.keep(backend, most, start)).await?;
            let booked = store.run(move |backend| {
                for (index, event) in arrival.delivery.events.iter().enumerate() {
                    let at = arrival.delivery.received_at;
                    book(backend, &event.report, &format!("late-{index}"), at, start)?;
                }
                Ok(())
            });
            return booked.await.map(|()| kept).or(Ok(kept));
        }
        store.run(move |backend| arrival.keep(backend, most, start)).await
    }

    /// Counts a refused delivery. The reply does not depend on it.
    async fn refuse(&self, refused: Refused) {
        let (store, samples) = (self.journal.store.clone(), self.inbox.samples);
        let within = self.inbox.durable_within;
        let counting = self.runtime.spawn(async move {
            let counting = store.run(move |backend| backend.inbox().refuse(&refused, samples));
            tokio::time::timeout(within, counting).await
        });
        if let Ok(Ok(Err(error))) = counting.await {
            tracing::warn!("a refused delivery could not be counted: {error}");
        }
    }

    /// Makes an inquiry due about the order whose buyer came back.
    async fn buyer_came_back(&self, provider: &Provider, notification: &Notification) {
        let is_anyone = notification.proof.scheme() == Scheme::Unauthenticated;
        let can_ask = provider.payments().is_ok_and(|payments| payments.capabilities().find);
        let order = notification.events().iter().find_map(|event| match event.data() {
            EventData::Payment(payment) => Some(payment.order.clone()),
            EventData::Movement(movement) => movement.order.clone(),
            _ => None,
        });
        let Some(order) = order.filter(|_: &OrderRef| can_ask && !is_anyone) else { return };
        let subject = super::ask::subject(provider.id(), &order);
        let (store, due) = (self.journal.store.clone(), Due::At(self.clock.now()));
        let asking = self.runtime.spawn(async move {
            store
                .run(move |backend: &mut dyn Backend| {
                    backend.make_due(TaskKind::Ask, &subject, due)
                })
                .await
        });
        // The page is shown even if nothing could be written.
        if let Ok(Err(error)) = asking.await {
            tracing::warn!("an inquiry could not be made due: {error}");
        }
        self.wake.notify_one();
    }
}

impl Arrival {
    /// Stores a delivery as an inbox would that identifies deliveries by key.
    fn keep_if_new(
        &self,
        rows: &mut dyn Rows,
        most_unconfirmed: u64,
        start: u64,
    ) -> Result<Kept, StoreError> {
        let new = &self.delivery;
        let known = rows.inbox().find_delivery(&new.provider, &new.endpoint, &new.digest)?;
        if known.is_some() {
            return Ok(Kept::Before);
        }
        self.keep(rows, most_unconfirmed, start)
    }
}

/// Returns the digest of the subject of a delivery.
fn seeded_digest(delivery: &StoredDelivery) -> [u8; 32] {
    use crate::record::ReportData;

    let mut digest = [0; 32];
    let name = delivery.events.first().map(|event| match &event.report.data {
        ReportData::Payment(payment) => payment.order.to_string(),
        ReportData::Movement(movement) => movement.key.to_string(),
        _ => String::new(),
    });
    for (place, byte) in digest.iter_mut().zip(name.unwrap_or_default().bytes()) {
        *place = byte;
    }
    digest
}

impl Accepted {
    /// Returns the reply to a delivery whose provider or endpoint does not exist.
    fn missing(why: String) -> Self {
        let mut reply = http::Response::new(Bytes::new());
        *reply.status_mut() = http::StatusCode::NOT_FOUND;
        Self { reply, outcome: Outcome::Untrusted, verdict: None, why: Some(why) }
    }
}

impl fmt::Debug for Accepted {
    /// Leaves out the reply, which may contain a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("status", &self.reply.status())
            .field("outcome", &self.outcome)
            .field("verdict", &self.verdict)
            .field("why", &self.why)
            .finish()
    }
}
