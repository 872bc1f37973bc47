//! What comes of a delivery: events to believe, doubts to keep, a reply to send.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use payments_core::{
    DedupeKey, EndpointName, Error, ErrorKind, NotificationReceiver, Provider, ProviderId, Result,
    notification::{
        Confirmation, Coverage, Delivery, Event, Evidence, Notification, Outcome, Proof, Received,
        UnreadableDelivery, Untrusted,
    },
};
use tracing::Instrument as _;

use crate::Payments;

/// What came of a delivery.
///
/// Handle [`events`](Self::events) once per [`provider`](Self::provider) and [`key`](Self::key),
/// write down what you did, and only then send [`reply`](Self::reply).
#[derive(Debug)]
#[must_use = "the provider waits for the reply"]
pub struct Intake {
    receiver: Held,
    endpoint: EndpointName,
    verdict: Verdict,
    /// Who sent it: keys are told apart by provider.
    pub provider: ProviderId,
    /// The same happening has the same key, however often and by whichever route it is told.
    ///
    /// Remember it together with what its [`events`](Self::events) changed, and only then. A
    /// delivery without events, such as the return of a buyer's browser, has the key of the one that
    /// is still to come. One that the provider could not confirm yet has none, and neither has one
    /// that it contradicts, or that only a stranger's word stands for.
    pub key: Option<DedupeKey>,
    /// What to believe: proven by the delivery itself, or confirmed by an inquiry.
    pub events: Vec<Event>,
    /// What not to believe, or not yet.
    pub doubts: Vec<Doubtful>,
}

/// An event that is not to be believed, or not yet.
#[derive(Debug)]
#[non_exhaustive]
pub struct Doubtful {
    /// What the delivery says.
    pub event: Event,
    /// Why it is not believed.
    pub doubt: Doubt,
}

/// Why an event is not believed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Doubt {
    /// It came through a buyer's browser: show it, book nothing.
    DisplayOnly,
    /// The provider does not know it yet: ask again.
    NotYet {
        /// When asking again makes sense.
        retry_after: Option<Duration>,
    },
    /// The provider could not be asked: ask again.
    CouldNotAsk(Error),
    /// The provider says otherwise: a person should look.
    Contradicted {
        /// What the delivery claimed.
        claimed: String,
        /// What the provider says.
        found: String,
    },
}

enum Verdict {
    Checked(Proof),
    Answer(http::Response<Bytes>),
    Unreadable(UnreadableDelivery),
    Untrusted(Untrusted),
}

struct Held(Arc<dyn NotificationReceiver>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl std::fmt::Debug for Verdict {
    /// Without what is answered: it may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Checked(proof) => f.debug_tuple("Checked").field(proof).finish(),
            Self::Answer(answer) => write!(f, "Answer({})", answer.status()),
            Self::Unreadable(unreadable) => f.debug_tuple("Unreadable").field(unreadable).finish(),
            Self::Untrusted(untrusted) => f.debug_tuple("Untrusted").field(untrusted).finish(),
        }
    }
}

impl Payments {
    /// Checks a delivery, and asks the provider about what its proof does not cover.
    ///
    /// It may send inquiries and wait for them. As long as one of them cannot be answered, nothing
    /// of the delivery is handed out and [`outcome`](Intake::outcome) asks for it again.
    ///
    /// # Errors
    /// There is no such provider, or it sends no notifications.
    pub async fn receive(
        &self,
        provider: &str,
        endpoint: &str,
        delivery: &Delivery<'_>,
    ) -> Result<Intake> {
        let provider = self.provider(provider)?;
        let receiver = provider.notifications()?;
        let endpoint = EndpointName::new(endpoint)?;
        let span = tracing::info_span!(
            "payments.receive",
            provider = provider.id().as_str(),
            endpoint = endpoint.as_str(),
            verdict = tracing::field::Empty,
            reason = tracing::field::Empty,
            events = tracing::field::Empty,
            doubts = tracing::field::Empty,
        );
        let intake = self.taken(provider, receiver, endpoint, delivery).instrument(span.clone());
        let intake = intake.await;
        intake.tell(&span);
        Ok(intake)
    }

    async fn taken(
        &self,
        provider: &Provider,
        receiver: &Arc<dyn NotificationReceiver>,
        endpoint: EndpointName,
        delivery: &Delivery<'_>,
    ) -> Intake {
        let received = receiver.receive(&endpoint, delivery, self.now());
        let mut intake = Intake {
            receiver: Held(Arc::clone(receiver)),
            endpoint,
            provider: provider.id().clone(),
            verdict: match &received {
                Received::Notification(notification) => {
                    Verdict::Checked(notification.proof.clone())
                }
                Received::Answer(answer) => Verdict::Answer(answer.clone()),
                Received::Unreadable(unreadable) => Verdict::Unreadable(unreadable.clone()),
                Received::Untrusted(untrusted) => Verdict::Untrusted(untrusted.clone()),
            },
            key: None,
            events: Vec::new(),
            doubts: Vec::new(),
        };
        if let Received::Notification(notification) = received {
            intake.take(notification).await;
        }
        intake
    }
}

impl Intake {
    /// Who sent it and what that covers; `None` if it is not a checked notification.
    pub fn proof(&self) -> Option<&Proof> {
        match &self.verdict {
            Verdict::Checked(proof) => Some(proof),
            Verdict::Unreadable(unreadable) => Some(&unreadable.proof),
            Verdict::Answer(_) | Verdict::Untrusted(_) => None,
        }
    }

    /// Which field of a checked delivery cannot be read; `None` if all of it can.
    pub fn unreadable(&self) -> Option<&UnreadableDelivery> {
        match &self.verdict {
            Verdict::Unreadable(unreadable) => Some(unreadable),
            Verdict::Checked(_) | Verdict::Answer(_) | Verdict::Untrusted(_) => None,
        }
    }

    /// Why the delivery is not trusted; `None` if it is.
    pub fn untrusted(&self) -> Option<&Untrusted> {
        match &self.verdict {
            Verdict::Untrusted(untrusted) => Some(untrusted),
            Verdict::Checked(_) | Verdict::Answer(_) | Verdict::Unreadable(_) => None,
        }
    }

    /// What to tell the provider if everything here was handled: `TryAgain` as long as something
    /// could not be confirmed yet, or if the delivery [cannot be read](Self::unreadable).
    pub fn outcome(&self) -> Outcome {
        let unsettled = |doubtful: &Doubtful| {
            matches!(doubtful.doubt, Doubt::NotYet { .. } | Doubt::CouldNotAsk(_))
        };
        if self.untrusted().is_some() {
            Outcome::Untrusted
        } else if self.unreadable().is_some() || self.doubts.iter().any(unsettled) {
            Outcome::TryAgain
        } else {
            Outcome::Handled
        }
    }

    /// The reply that the provider documents. An untrusted delivery never gets the reply of
    /// success, one that cannot be read is always asked for again, and a handshake gets its own
    /// answer, whatever `outcome` says.
    pub fn reply(&self, outcome: Outcome) -> http::Response<Bytes> {
        match &self.verdict {
            Verdict::Answer(answer) => answer.clone(),
            Verdict::Untrusted(_) => self.receiver.0.reply(&self.endpoint, Outcome::Untrusted),
            Verdict::Unreadable(_) => self.receiver.0.reply(&self.endpoint, Outcome::TryAgain),
            Verdict::Checked(_) => self.receiver.0.reply(&self.endpoint, outcome),
        }
    }

    /// What an operator looks for, and nothing of what was delivered.
    fn tell(&self, span: &tracing::Span) {
        match &self.verdict {
            Verdict::Checked(_) => span
                .record("verdict", "trusted")
                .record("events", self.events.len())
                .record("doubts", self.doubts.len()),
            Verdict::Answer(_) => span.record("verdict", "answer"),
            Verdict::Unreadable(unreadable) => {
                tracing::warn!(
                    provider = self.provider.as_str(),
                    endpoint = self.endpoint.as_str(),
                    field = unreadable.field.as_ref(),
                    "a delivery that passed its check cannot be read: {}",
                    unreadable.detail
                );
                span.record("verdict", "unreadable")
            }
            Verdict::Untrusted(untrusted) => span
                .record("verdict", "untrusted")
                .record("reason", tracing::field::debug(untrusted.reason)),
        };
    }

    async fn take(&mut self, notification: Notification) {
        // Where nothing is signed, nobody vouches for the key: remembered, it could keep out the
        // true news that has it.
        let is_signed = *notification.proof.coverage() != Coverage::Nothing;
        self.key = is_signed.then(|| notification.key.clone());
        let told = notification.key.clone();
        for event in notification.into_events() {
            // First, because also news that moves no money must not use up the key under which
            // the provider itself tells the same.
            if *event.evidence() == Evidence::DisplayOnly {
                self.doubts.push(Doubtful { event, doubt: Doubt::DisplayOnly });
                continue;
            }
            if *event.evidence() == Evidence::Proven || !event.moves_money() {
                self.events.push(event);
                continue;
            }
            let doubt = match self.receiver.0.confirm(&event).await {
                Ok(Confirmation::Confirmed(confirmed)) if confirmed.is_trusted() => {
                    // The delivery's own key is not proven either: with another one, the same
                    // money could be told again, or the true news kept out.
                    self.key = Some(confirmed.key().unwrap_or(&told).clone());
                    self.events.push(confirmed);
                    continue;
                }
                Ok(Confirmation::Confirmed(_)) => Doubt::CouldNotAsk(Error::new(
                    ErrorKind::Malformed,
                    "the provider's crate repeats the claim in the place of an answer",
                )),
                Ok(Confirmation::NotYet { retry_after }) => Doubt::NotYet { retry_after },
                Ok(Confirmation::Contradicted { claimed, found }) => {
                    Doubt::Contradicted { claimed, found }
                }
                Ok(_) => Doubt::NotYet { retry_after: None },
                Err(error) => Doubt::CouldNotAsk(error),
            };
            self.doubts.push(Doubtful { event, doubt });
        }
        let contradicted =
            |doubtful: &Doubtful| matches!(doubtful.doubt, Doubt::Contradicted { .. });
        if self.outcome() == Outcome::TryAgain {
            // It will be sent again whole: nothing of it may be handled under its key before.
            self.key = None;
            self.events.clear();
        } else if self.events.is_empty() && self.doubts.iter().any(contradicted) {
            // The true news may still come under this key, and must not find it used up.
            self.key = None;
        }
    }
}
