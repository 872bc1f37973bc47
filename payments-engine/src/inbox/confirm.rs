//! Confirms a stored delivery: inquires at its provider, and books the response.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{ErrorKind, NotificationReceiver, Timestamp, notification::Confirmation};

use super::{
    delivery::{Standing, StoredDelivery, StoredEvent},
    schedule,
};
use crate::{
    booking::book,
    record::{Report, Source},
    shared::Shared,
    store::{Backend, Claim, Due, StoreError},
};

/// The result of an inquiry about one event.
#[derive(Clone)]
enum Answer {
    /// The event is confirmed, with the report of the inquiry.
    Confirmed(Box<Report>),
    /// The event ends with another standing.
    Settled(Standing),
    /// The provider does not know it yet, or the inquiry failed. The next inquiry follows after
    /// this time at the earliest.
    Later(Duration),
}

impl Shared {
    /// Inquires about a delivery. One commit books the responses and marks their events as done.
    /// Returns whether no event is left to confirm.
    pub(crate) async fn confirm(self: &Arc<Self>, claim: &Claim) -> Result<bool, StoreError> {
        let number: u64 = claim.subject.parse().unwrap_or_default();
        let read = self.journal.store.run(move |backend| backend.inbox().delivery(number));
        let Some(delivery) = read.await? else {
            self.set_due(claim, Due::Never).await?;
            return Ok(true);
        };
        let provider = self.providers.get(&delivery.provider);
        let receiver = provider.and_then(|provider| provider.notifications().ok());
        let mut answers = Vec::new();
        for (index, event) in delivery.events.iter().enumerate() {
            if event.standing == Standing::Unconfirmed {
                let answer = match receiver {
                    Some(receiver) => self.ask_about(receiver.as_ref(), &delivery, event).await,
                    // The provider may be configured again later.
                    None => Answer::Later(Duration::from_secs(600)),
                };
                answers.push((index, answer));
            }
        }
        self.settle(claim, number, answers).await
    }

    async fn ask_about(
        &self,
        receiver: &dyn NotificationReceiver,
        delivery: &StoredDelivery,
        event: &StoredEvent,
    ) -> Answer {
        let Some(claim) = event.claim() else { return Answer::Settled(Standing::Unrecognised) };
        let asked = self.clock.now().since(delivery.changed_at);
        match receiver.confirm(&claim).await {
            Ok(Confirmation::Confirmed(found)) => {
                let (provider, endpoint) = (&delivery.provider, &delivery.endpoint);
                let report = Report::of_event(provider, Some(endpoint), Source::Delivery, &found);
                Answer::Confirmed(Box::new(report))
            }
            Ok(Confirmation::Contradicted { claimed, found }) => {
                Answer::Settled(Standing::Contradicted { claimed, found })
            }
            Ok(Confirmation::NotYet { .. }) if asked >= self.inbox.confirm_for => {
                Answer::Settled(Standing::NotFound)
            }
            Ok(Confirmation::NotYet { retry_after }) => {
                Answer::Later(retry_after.unwrap_or_default())
            }
            Ok(_) => Answer::Later(Duration::ZERO),
            Err(error) if is_final(error.kind()) => {
                Answer::Settled(Standing::CannotAsk { why: error.to_string() })
            }
            Err(error) => {
                tracing::info!(
                    delivery = delivery.number,
                    provider = delivery.provider.as_str(),
                    "could not be confirmed yet: {error}"
                );
                Answer::Later(error.retry_after().unwrap_or_default())
            }
        }
    }

    async fn settle(
        &self,
        claim: &Claim,
        number: u64,
        answers: Vec<(usize, Answer)>,
    ) -> Result<bool, StoreError> {
        let (claim, now, start) = (claim.clone(), self.clock.now(), self.journal.start);
        let settling = self.journal.store.run(move |backend: &mut dyn Backend| {
            settle(backend, &claim, number, &answers, now, start)
        });
        settling.await
    }

    /// Sets when claimed work is due next.
    pub(crate) async fn set_due(&self, claim: &Claim, due: Due) -> Result<(), StoreError> {
        let claim = claim.clone();
        self.journal.store.run(move |backend| backend.set_due(&claim, due)).await
    }
}

/// Returns whether a repeated inquiry would have the same result.
fn is_final(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unsupported | ErrorKind::InvalidRequest)
}

fn settle(
    backend: &mut dyn Backend,
    claim: &Claim,
    number: u64,
    answers: &[(usize, Answer)],
    now: Timestamp,
    start: u64,
) -> Result<bool, StoreError> {
    let Some(mut delivery) = backend.inbox().delivery(number)? else { return Ok(true) };
    let since = delivery.changed_at;
    let mut not_before = Duration::ZERO;
    let mut is_changed = false;
    for (index, answer) in answers {
        let Some(event) = delivery.events.get_mut(*index) else { continue };
        if event.standing != Standing::Unconfirmed {
            // Another worker did it.
            continue;
        }
        match answer {
            Answer::Confirmed(report) => {
                let token = format!("confirmed-{number}-{index}");
                book(backend, report, &token, now, start)?;
                event.standing = Standing::Confirmed;
            }
            Answer::Settled(standing) => {
                tracing::warn!(
                    delivery = number,
                    provider = delivery.provider.as_str(),
                    "a delivery is not trusted: {}",
                    standing.word()
                );
                event.standing = standing.clone();
            }
            Answer::Later(wait) => {
                not_before = not_before.max(*wait);
                continue;
            }
        }
        is_changed = true;
    }
    let is_settled = !delivery.events.iter().any(|event| event.standing == Standing::Unconfirmed);
    if is_changed {
        if is_settled {
            delivery.changed_at = now;
        }
        backend.inbox().update_delivery(&delivery)?;
    }
    let next = schedule::confirm(since, now, not_before);
    backend.set_due(claim, if is_settled { Due::Never } else { Due::At(next) })?;
    Ok(is_settled)
}
