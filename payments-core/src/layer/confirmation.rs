//! Limits the inquiries that deliveries can cause: their time, their share of the rate limit, and
//! their number per claim.

#![deny(clippy::missing_trait_methods)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::{
    EndpointName, NotificationReceiver, Result, SingleFlight, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Evidence, Outcome, Received,
    },
    payment::PaymentState,
    transport::confirming,
};

/// The longest time of a confirmation: gateways wait 8 s and longer for a reply (SePay webhooks,
/// timeout).
const LONGEST: Duration = Duration::from_secs(7);

/// How long the result for a claim is remembered, and the inquiries about it are counted.
const REMEMBERED: Duration = Duration::from_secs(10);

/// The maximum number of inquiries about one claim in that time. Genuine deliveries of the same
/// event stay far below this number, because gateways wait minutes between them.
const MOST_TIMES: u32 = 16;

/// The maximum number of claims that are remembered. Beyond that the oldest is forgotten.
const MOST_CLAIMS: usize = 1_024;

type Hash = [u8; 32];

/// The layer around a receiver of notifications.
///
/// A remembered result is returned only if the same delivery arrives a second time, because the
/// same claim in another delivery may be about other money, such as a second payment of the order.
/// It is remembered only if it is final for the claim: a delivery that only reports a change is the
/// same each time, but the result of the inquiry is not.
pub(super) struct Confirmations {
    inner: Arc<dyn NotificationReceiver>,
    flights: SingleFlight<(Hash, Hash), Confirmation>,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory(HashMap<Hash, Asked>);

/// A claim about which there was an inquiry.
struct Asked {
    since: Instant,
    times: u32,
    /// The delivery for which the inquiry was made, and its result if that is final.
    answer: Option<(Hash, Confirmation)>,
}

impl Confirmations {
    pub(super) fn new(inner: Arc<dyn NotificationReceiver>) -> Self {
        Self { inner, flights: SingleFlight::default(), memory: Arc::default() }
    }

    async fn asked(
        inner: Arc<dyn NotificationReceiver>,
        memory: Arc<Mutex<Memory>>,
        (claim, delivery): (Hash, Hash),
        event: Event,
    ) -> Result<Confirmation> {
        lock(&memory).count(claim, Instant::now());
        let confirmation = confirming(LONGEST, inner.confirm(&event)).await?;
        if settles(&confirmation, event.data()) {
            lock(&memory).keep(&claim, delivery, &confirmation);
        }
        Ok(confirmation)
    }
}

#[async_trait]
impl NotificationReceiver for Confirmations {
    fn endpoints(&self) -> &[Endpoint] {
        self.inner.endpoints()
    }

    fn receive(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Received {
        let mut received = self.inner.receive(endpoint, delivery, now);
        if let Received::Notification(notification) = &mut received
            && notification.events().iter().any(has_to_be_confirmed)
        {
            notification.claimed_by(digest(&[
                endpoint.as_str().as_bytes(),
                delivery.query().unwrap_or_default().as_bytes(),
                delivery.body(),
            ]));
        }
        received
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        let (Some(delivery), Ok(claim)) = (event.delivery(), serde_json::to_vec(event.data()))
        else {
            return confirming(LONGEST, self.inner.confirm(event)).await;
        };
        let asked = (digest(&[&claim]), delivery);
        if let Some(confirmation) = lock(&self.memory).recall(&asked, Instant::now()) {
            return Ok(confirmation);
        }
        let ask = || {
            let (inner, memory) = (Arc::clone(&self.inner), Arc::clone(&self.memory));
            Self::asked(inner, memory, asked, event.clone())
        };
        self.flights.run(asked, ask).await
    }

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        self.inner.reply(endpoint, outcome)
    }
}

fn has_to_be_confirmed(event: &Event) -> bool {
    matches!(event.evidence(), Evidence::Unconfirmed { .. }) && event.moves_money()
}

/// Returns whether an inquiry for the same delivery a little later would have the same result.
fn settles(confirmation: &Confirmation, claimed: &EventData) -> bool {
    match confirmation {
        Confirmation::Contradicted { .. } => true,
        Confirmation::NotYet { .. } => false,
        Confirmation::Confirmed(found) => match (claimed, found.data()) {
            (EventData::Payment(claimed), EventData::Payment(found)) => match claimed.state {
                // One failed attempt; a later attempt has a delivery of its own.
                PaymentState::Failed | PaymentState::Cancelled | PaymentState::Expired => true,
                state => {
                    state.is_final()
                        && state == found.state
                        && (claimed.received.is_none() || claimed.received == found.received)
                }
            },
            (EventData::Movement(_), EventData::Movement(_)) => true,
            (EventData::Payout(claimed), EventData::Payout(found)) => {
                claimed.state.is_final() && claimed.state == found.state
            }
            _ => false,
        },
    }
}

impl Memory {
    /// Returns the result to give without an inquiry, if there is one.
    fn recall(&self, (claim, delivery): &(Hash, Hash), now: Instant) -> Option<Confirmation> {
        let asked = self.0.get(claim)?;
        let left = REMEMBERED.checked_sub(now.duration_since(asked.since))?;
        match &asked.answer {
            _ if left.is_zero() => None,
            Some((of, answer)) if of == delivery => Some(answer.clone()),
            _ if asked.times >= MOST_TIMES => {
                Some(Confirmation::NotYet { retry_after: Some(left) })
            }
            _ => None,
        }
    }

    /// Counts an inquiry about a claim.
    fn count(&mut self, claim: Hash, now: Instant) {
        let is_old = |asked: &Asked| now.duration_since(asked.since) >= REMEMBERED;
        if self.0.get(&claim).is_some_and(is_old) {
            self.0.remove(&claim);
        }
        if self.0.len() >= MOST_CLAIMS && !self.0.contains_key(&claim) {
            self.0.retain(|_, asked| !is_old(asked));
            if self.0.len() >= MOST_CLAIMS
                && let Some(oldest) =
                    self.0.iter().min_by_key(|(_, asked)| asked.since).map(|(claim, _)| *claim)
            {
                self.0.remove(&oldest);
            }
        }
        let asked =
            self.0.entry(claim).or_insert_with(|| Asked { since: now, times: 0, answer: None });
        asked.times = asked.times.saturating_add(1);
    }

    /// Remembers the final result for a claim.
    fn keep(&mut self, claim: &Hash, delivery: Hash, answer: &Confirmation) {
        if let Some(asked) = self.0.get_mut(claim) {
            asked.answer = Some((delivery, answer.clone()));
        }
    }
}

fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the digest of several parts, each preceded by its length.
fn digest(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
