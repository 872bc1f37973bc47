//! What providers send us: deliveries in, checks and proofs, events out, replies back.

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

pub use crate::signature::{Coverage, Proof, Scheme, SignedParts, Untrusted, UntrustedReason};
use crate::{EndpointName, Result, Timestamp};

/// Receives what a provider sends, and confirms what its signature does not cover.
#[async_trait]
pub trait NotificationReceiver: Send + Sync + 'static {
    /// The addresses to register with the provider. Never change while it lives.
    fn endpoints(&self) -> &[Endpoint];

    /// Checks a delivery. Pure: bytes in, verdict out; nothing is sent and nothing remembered.
    fn receive(&self, endpoint: &EndpointName, delivery: &Delivery<'_>, now: Timestamp)
    -> Received;

    /// Asks the provider about an event that its proof does not cover. The confirmed event
    /// carries the inquiry's values and a key that is made of them, never the delivery's.
    ///
    /// # Errors
    /// The request to the provider failed, or its response could not be read.
    async fn confirm(&self, event: &Event) -> Result<Confirmation>;

    /// What the signature of a delivery is made of, for tools that say why it is refused. `None`
    /// where no formula is checked at this endpoint, or the delivery cannot be read so far.
    ///
    /// Pure, and no check: [`receive`](Self::receive) alone decides what is believed.
    fn signed_parts<'a>(
        &'a self,
        endpoint: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        let _ = (endpoint, delivery);
        None
    }

    /// What the provider documents as the answer to a delivery at this endpoint.
    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> http::Response<Bytes>;
}
