//! Deliveries that were checked but not confirmed with their provider yet.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use payments_core::{
    EndpointName, NotificationReceiver, Provider, ProviderId, Result, Timestamp,
    notification::{
        Delivery, Event, Outcome, Proof, Received, UnreadableDelivery, Untrusted, Verdict,
    },
};

use crate::{Intake, Payments};

/// A delivery that was checked but not confirmed with its provider yet.
///
/// Made by [`Payments::check`], which sends nothing. It borrows nothing, so that it can be kept and
/// [confirmed](Self::confirm) later, again if the provider could not be reached.
#[derive(Clone)]
pub struct Checked {
    receiver: Arc<dyn NotificationReceiver>,
    provider: ProviderId,
    endpoint: EndpointName,
    received_at: Timestamp,
    received: Received,
}

impl Payments {
    /// Checks a delivery that arrived at `received_at`, without sending anything.
    ///
    /// The first of two steps; [`Checked::confirm`] is the second, and [`receive`](Self::receive)
    /// does both with the present time. An app that stores a delivery durably before it handles it
    /// stores the request and the time of receipt, and calls this with that time: a signed
    /// timestamp is compared with `received_at`, so that a delivery that was fresh when it arrived
    /// stays fresh. The same request and time give the same verdict, as long as the provider's
    /// secrets are not rotated.
    ///
    /// # Errors
    /// There is no such provider, or it sends no notifications.
    pub fn check(
        &self,
        provider: &str,
        endpoint: &str,
        delivery: &Delivery<'_>,
        received_at: Timestamp,
    ) -> Result<Checked> {
        let provider = self.provider(provider)?;
        let endpoint = EndpointName::new(endpoint)?;
        let span = tracing::info_span!(
            "payments.check",
            provider = provider.id().as_str(),
            endpoint = endpoint.as_str(),
            verdict = tracing::field::Empty,
        );
        let checked = span.in_scope(|| Checked::of(provider, endpoint, delivery, received_at))?;
        span.record("verdict", checked.verdict().as_str());
        checked.warn_of_the_unreadable();
        tracing::info!(
            provider = checked.provider.as_str(),
            endpoint = checked.endpoint.as_str(),
            verdict = checked.verdict().as_str(),
            reason = checked.reason(),
            events = checked.events().len(),
            "delivery checked"
        );
        Ok(checked)
    }
}

impl Checked {
    pub(crate) fn of(
        provider: &Provider,
        endpoint: EndpointName,
        delivery: &Delivery<'_>,
        received_at: Timestamp,
    ) -> Result<Self> {
        let receiver = Arc::clone(provider.notifications()?);
        let received = receiver.receive(&endpoint, delivery, received_at);
        Ok(Self { receiver, provider: provider.id().clone(), endpoint, received_at, received })
    }

    /// Asks the provider about what the proof does not cover, and returns the events to believe.
    ///
    /// May send inquiries and wait for them. Can be repeated: as long as the outcome is
    /// [`Outcome::TryAgain`], another call asks again.
    pub async fn confirm(&self) -> Intake {
        Intake::traced(self.clone()).await
    }

    /// The provider that sent it. Keys are unique per provider.
    pub fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// The endpoint that it arrived at.
    pub fn endpoint(&self) -> &EndpointName {
        &self.endpoint
    }

    /// The time of receipt.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// The events of the delivery, each with its evidence. Only an event that [is
    /// trusted](Event::is_trusted) may be booked before [`confirm`](Self::confirm); empty if it is
    /// not a checked notification.
    pub fn events(&self) -> &[Event] {
        match &self.received {
            Received::Notification(notification) => notification.events(),
            Received::Reply(_) | Received::Unreadable(_) | Received::Untrusted(_) => &[],
        }
    }

    /// The proof of the sender and what it covers; `None` if it is not a checked notification.
    pub fn proof(&self) -> Option<&Proof> {
        match &self.received {
            Received::Notification(notification) => Some(&notification.proof),
            Received::Unreadable(unreadable) => Some(&unreadable.proof),
            Received::Reply(_) | Received::Untrusted(_) => None,
        }
    }

    /// The field of a checked delivery that cannot be read; `None` if all of it can be read.
    pub fn unreadable(&self) -> Option<&UnreadableDelivery> {
        match &self.received {
            Received::Unreadable(unreadable) => Some(unreadable),
            Received::Notification(_) | Received::Reply(_) | Received::Untrusted(_) => None,
        }
    }

    /// The reason why the delivery is not trusted; `None` if it is.
    pub fn untrusted(&self) -> Option<&Untrusted> {
        match &self.received {
            Received::Untrusted(untrusted) => Some(untrusted),
            Received::Notification(_) | Received::Reply(_) | Received::Unreadable(_) => None,
        }
    }

    /// The reply that the provider documents, for an app that has **stored the delivery durably**.
    ///
    /// With [`Outcome::Handled`] this acknowledges a delivery although its events are not confirmed
    /// yet: from then on the provider does not send it again, and the app has to confirm it from
    /// what it stored. An app that keeps nothing uses [`Intake::reply`], which never acknowledges a
    /// delivery with unsettled events.
    ///
    /// Regardless of `outcome`, an untrusted delivery never gets the reply of success, one that
    /// cannot be read is requested again, and a handshake gets its own reply.
    pub fn reply(&self, outcome: Outcome) -> http::Response<Bytes> {
        let outcome = match &self.received {
            Received::Reply(answer) => return answer.clone(),
            Received::Untrusted(_) => Outcome::Untrusted,
            Received::Unreadable(_) => Outcome::TryAgain,
            Received::Notification(_) => outcome,
        };
        self.receiver.reply(&self.endpoint, outcome)
    }

    pub(crate) fn receiver(&self) -> &dyn NotificationReceiver {
        self.receiver.as_ref()
    }

    pub(crate) fn is_notification(&self) -> bool {
        matches!(self.received, Received::Notification(_))
    }

    /// The verdict as one word.
    pub fn verdict(&self) -> Verdict {
        self.received.verdict()
    }

    /// The reason why it is not trusted, for traces.
    pub(crate) fn reason(&self) -> Option<tracing::field::DebugValue<impl fmt::Debug>> {
        self.untrusted().map(|untrusted| tracing::field::debug(untrusted.reason))
    }

    /// Logs the field that cannot be read, so that a person can look at it.
    pub(crate) fn warn_of_the_unreadable(&self) {
        if let Some(unreadable) = self.unreadable() {
            tracing::warn!(
                provider = self.provider.as_str(),
                endpoint = self.endpoint.as_str(),
                field = unreadable.field.as_ref(),
                "a delivery that passed its check cannot be read: {}",
                unreadable.detail
            );
        }
    }
}

impl fmt::Debug for Checked {
    /// Leaves out the reply of a handshake, which may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("provider", &self.provider)
            .field("endpoint", &self.endpoint)
            .field("received_at", &self.received_at)
            .field("received", &self.received)
            .finish()
    }
}
