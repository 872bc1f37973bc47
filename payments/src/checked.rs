//! Deliveries that were checked but are not yet confirmed with their provider.

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

/// A delivery that was checked but is not yet confirmed with its provider.
///
/// [`Payments::check`] makes it and sends nothing. It borrows nothing, so that it can be kept and
/// [confirmed](Self::confirm) later, and confirmed again if the gateway could not be reached.
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
    /// This is the first of two steps; [`Checked::confirm`] is the second.
    /// [`receive`](Self::receive) does both, with the present time.
    ///
    /// An app that stores deliveries before it handles them stores the request and the time of
    /// receipt, and passes that time here. A signed timestamp is compared with `received_at`, so a
    /// delivery that was fresh when it arrived stays fresh. The same request and time give the same
    /// verdict until the provider's secrets are rotated.
    ///
    /// # Errors
    /// The same as for [`receive`](Self::receive).
    pub fn check(
        &self,
        provider: &str,
        endpoint: &str,
        delivery: &Delivery<'_>,
        received_at: Timestamp,
    ) -> Result<Checked> {
        self.check_books_itself()?;
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

    /// Confirms with the gateway what the proof does not cover, and returns the events that can be
    /// trusted.
    ///
    /// It may send inquiries and wait for their responses. While the outcome is
    /// [`Outcome::TryAgain`], call it again to repeat them.
    pub async fn confirm(&self) -> Intake {
        Intake::traced(self.clone()).await
    }

    /// Returns the provider whose gateway sent the delivery. Keys are unique per provider.
    pub fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// Returns the endpoint at which the delivery arrived.
    pub fn endpoint(&self) -> &EndpointName {
        &self.endpoint
    }

    /// Returns the time of receipt.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// Returns the events of the delivery, each with its evidence. The list is empty if the
    /// delivery is not a checked notification.
    ///
    /// Before [`confirm`](Self::confirm), book only the events that [are
    /// trusted](Event::is_trusted).
    pub fn events(&self) -> &[Event] {
        match &self.received {
            Received::Notification(notification) => notification.events(),
            Received::Reply(_) | Received::Unreadable(_) | Received::Untrusted(_) => &[],
        }
    }

    /// Returns the proof of the sender and what it covers, or `None` if the delivery is untrusted
    /// or a handshake.
    pub fn proof(&self) -> Option<&Proof> {
        match &self.received {
            Received::Notification(notification) => Some(&notification.proof),
            Received::Unreadable(unreadable) => Some(&unreadable.proof),
            Received::Reply(_) | Received::Untrusted(_) => None,
        }
    }

    /// Returns the field of a checked delivery that cannot be read, or `None` if all of it can be
    /// read.
    pub fn unreadable(&self) -> Option<&UnreadableDelivery> {
        match &self.received {
            Received::Unreadable(unreadable) => Some(unreadable),
            Received::Notification(_) | Received::Reply(_) | Received::Untrusted(_) => None,
        }
    }

    /// Returns the reason why the delivery is not trusted, or `None` if it is trusted.
    pub fn untrusted(&self) -> Option<&Untrusted> {
        match &self.received {
            Received::Untrusted(untrusted) => Some(untrusted),
            Received::Notification(_) | Received::Reply(_) | Received::Unreadable(_) => None,
        }
    }

    /// Returns the reply that the gateway documents, for an app that has **stored the delivery
    /// durably**.
    ///
    /// With [`Outcome::Handled`] the reply acknowledges a delivery although its events are not
    /// confirmed yet. The provider then does not send it again, and the app has to confirm it from
    /// what it stored. An app that stores nothing uses [`Intake::reply`], which never acknowledges
    /// a delivery with unconfirmed events.
    ///
    /// Whatever the `outcome`, an untrusted delivery never gets the reply of success, an unreadable
    /// delivery is requested again, and a handshake gets its own reply.
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

    /// Returns the verdict as one word.
    pub fn verdict(&self) -> Verdict {
        self.received.verdict()
    }

    /// Returns the reason why the delivery is not trusted, for traces.
    pub(crate) fn reason(&self) -> Option<tracing::field::DebugValue<impl fmt::Debug>> {
        self.untrusted().map(|untrusted| tracing::field::debug(untrusted.reason))
    }

    /// Logs the field that cannot be read, for a person to look at.
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
    /// Leaves out the reply to a handshake, which may contain a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("provider", &self.provider)
            .field("endpoint", &self.endpoint)
            .field("received_at", &self.received_at)
            .field("received", &self.received)
            .finish()
    }
}
