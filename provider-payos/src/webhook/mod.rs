//! payOS's deliveries: webhooks, which are signed, and the returns of buyers, which are not.

pub(crate) mod api;
mod browser_return;
mod confirm;
mod delivery;
mod reply;
mod sample_delivery;
mod status;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use payments_core::{
    EndpointName, NotificationReceiver, Result, Timestamp,
    notification::{Confirmation, Delivery, Endpoint, Event, Outcome, Received},
};
use provider_kit::signature::{ExplainSignature, SignedParts};

pub use api::RegisteredWebhook;

use crate::{endpoints, payment_link::Links};

/// The role of notifications: webhooks about the links of one channel.
pub(crate) struct Webhooks {
    links: Arc<Links>,
    endpoints: Vec<Endpoint>,
}

impl Webhooks {
    /// # Errors
    /// Does not occur, because the names are valid.
    pub(crate) fn new(links: Arc<Links>) -> Result<Self> {
        Ok(Self { links, endpoints: endpoints::all()? })
    }
}

#[async_trait]
impl NotificationReceiver for Webhooks {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(&self, name: &EndpointName, delivery: &Delivery<'_>, _: Timestamp) -> Received {
        let endpoint = Endpoint::find(&self.endpoints, name, delivery.method());
        let received = endpoint.and_then(|endpoint| match name.as_str() {
            endpoints::WEBHOOK => delivery::receive(&self.links.channel, endpoint, delivery),
            _ => browser_return::receive(endpoint, delivery),
        });
        received.into()
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        confirm::confirm(&self.links, event).await
    }

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> http::Response<Bytes> {
        reply::reply(endpoint, outcome)
    }
}

impl ExplainSignature for Webhooks {
    fn signed_parts<'a>(
        &'a self,
        name: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        match name.as_str() {
            endpoints::WEBHOOK => delivery::signed_parts(&self.links.channel, delivery),
            _ => None,
        }
    }
}
