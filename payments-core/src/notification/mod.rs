//! Notifications from providers: deliveries, checks and proofs, events, and replies.

mod confirmation;
mod delivery;
mod endpoint;
mod event;
mod outcome;
mod received;
mod unreadable_delivery;
mod verdict;

use async_trait::async_trait;
use bytes::Bytes;

pub use confirmation::Confirmation;
pub use delivery::Delivery;
pub use endpoint::Endpoint;
pub use event::{Event, EventData, Evidence, Notification};
pub use outcome::Outcome;
pub use received::Received;
pub use unreadable_delivery::UnreadableDelivery;
pub use verdict::Verdict;

pub use crate::signature::{Coverage, Proof, Scheme, Untrusted, UntrustedReason};
use crate::{EndpointName, Result, Timestamp};

/// Checks the deliveries of a provider, and confirms events that its signature does not cover.
#[async_trait]
pub trait NotificationReceiver: Send + Sync + 'static {
    /// Returns the endpoints to register with the gateway. They do not change during the provider's
    /// lifetime.
    fn endpoints(&self) -> &[Endpoint];

    /// Checks a delivery. The result depends on the arguments only; nothing is sent or stored.
    fn receive(&self, endpoint: &EndpointName, delivery: &Delivery<'_>, now: Timestamp)
    -> Received;

    /// Asks the gateway about an event that its proof does not cover. A confirmed event has the
    /// values of the inquiry and a key made of them, never those of the delivery.
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read.
    async fn confirm(&self, event: &Event) -> Result<Confirmation>;

    /// Returns the gateway's documented reply to a delivery at this endpoint, for this outcome.
    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> http::Response<Bytes>;
}
