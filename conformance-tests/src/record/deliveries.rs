//! The gateway's deliveries, and the events that an app derives from them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{
    Clock, EndpointName, NotificationReceiver,
    notification::{Confirmation, Delivery, Event, Notification, Received},
};

use crate::{Flaw, Notifies, WebhookSample, fixture::Fixture};

/// A delivery from server to server.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) sample: WebhookSample,
    /// Its events as an app would accept them, proven or confirmed.
    pub(crate) events: Result<Vec<Event>, Flaw>,
    /// The events of a repetition of the delivery, hours later.
    pub(crate) again: Result<Vec<Event>, Flaw>,
}

impl Delivered {
    /// Returns its events as an app would accept them.
    pub(crate) fn believed(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().flatten()
    }
}

/// The gateway that sends deliveries, and the provider that receives them.
pub(crate) struct Receiver {
    pub(crate) gateway: Arc<dyn Notifies>,
    pub(crate) role: Arc<dyn NotificationReceiver>,
    clock: Arc<dyn Clock>,
}

impl Receiver {
    /// Returns the receiver, or `None` if the provider receives no notifications.
    pub(crate) fn of(fixture: &Fixture) -> Option<Self> {
        let gateway = fixture.subject.notifications.clone()?;
        let role = fixture.provider.notifications().ok()?.clone();
        Some(Self { gateway, role, clock: fixture.subject.gateway.clock() })
    }

    pub(crate) fn receive(&self, endpoint: &EndpointName, request: &Request<Bytes>) -> Received {
        self.role.receive(endpoint, &Delivery::of(request), self.clock.now())
    }

    /// Returns the provider's notification for an unaltered delivery.
    pub(crate) fn genuine(&self, sent: &WebhookSample) -> Result<Notification, Flaw> {
        let received = self.receive(&sent.endpoint, &sent.request);
        notification(sent, received)?
            .ok_or_else(|| sent.flaw("a notification of an unaltered delivery", "an answer"))
    }

    /// Returns an event as an app may accept it, proven or confirmed.
    pub(crate) async fn believed(&self, event: &Event) -> Result<Event, Flaw> {
        if event.is_trusted() || !event.moves_money() {
            return Ok(event.clone());
        }
        match self.role.confirm(event).await {
            Ok(Confirmation::Confirmed(event)) => Ok(event),
            Ok(other) => Err(Flaw::new("a confirmed event, for it is so", format!("{other:?}"))),
            Err(error) => Err(Flaw::new("a confirmed event, for it is so", error)),
        }
    }

    async fn events(&self, sent: &WebhookSample) -> Result<Vec<Event>, Flaw> {
        let notification = self.genuine(sent)?;
        let mut events = Vec::new();
        for event in notification.events() {
            let event = self.believed(event).await;
            events.push(event.map_err(|flaw| flaw.at(notification.made_at))?);
        }
        Ok(events)
    }

    /// Returns the deliveries since the last call that came from server to server, with their
    /// accepted events if `believes` is `true`. The returns of browsers are added to `returns`.
    pub(super) async fn take(
        &self,
        believes: bool,
        returns: &mut Vec<WebhookSample>,
    ) -> Vec<Delivered> {
        let mut deliveries = Vec::new();
        for sample in self.gateway.take().await {
            if !sample.by_browser {
                let events = if believes { self.events(&sample).await } else { Ok(vec![]) };
                deliveries.push(Delivered { sample, events, again: Ok(Vec::new()) });
            } else if !returns.iter().any(|known| known.request.uri() == sample.request.uri()) {
                returns.push(sample);
            }
        }
        deliveries
    }
}

/// Repeats every delivery three hours later.
pub(super) async fn repeat(fixture: &Fixture, deliveries: impl Iterator<Item = &mut Delivered>) {
    let Some(receiver) = Receiver::of(fixture) else { return };
    fixture.subject.gateway.advance(Duration::from_secs(3 * 3_600)).await;
    for delivered in deliveries {
        let again = receiver.gateway.again(&delivered.sample).await;
        delivered.again = receiver.events(&again).await;
    }
}

/// Returns the notification of an unaltered delivery. `None` if the delivery gets a direct reply
/// and has no event.
pub(crate) fn notification(
    sent: &WebhookSample,
    received: Received,
) -> Result<Option<Notification>, Flaw> {
    let refused = match received {
        Received::Notification(notification) => return Ok(Some(notification)),
        Received::Reply(_) => return Ok(None),
        Received::Unreadable(unreadable) => unreadable.to_string(),
        Received::Untrusted(untrusted) => untrusted.to_string(),
    };
    Err(sent.flaw("a notification of an unaltered delivery", refused))
}
