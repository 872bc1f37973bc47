//! HPay's deliveries: payment notifications, buyers' returns and virtual account callbacks.
//!
//! All three are GET requests whose query carries a signature over some of its fields. The
//! signature proves a payment notification. It does not prove a callback, which is confirmed by
//! inquiry.

mod confirm;
mod reply;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use payments_core::{
    EndpointName, NotificationReceiver, Result, Timestamp,
    notification::{Confirmation, Delivery, Endpoint, Event, Outcome, Received},
};
use provider_kit::signature::{ExplainSignature, SignedParts};

use crate::{checkout::payment_notification, client::HPay, endpoints, virtual_account::callback};

pub(crate) struct Notifications {
    hpay: Arc<HPay>,
    endpoints: Vec<Endpoint>,
}

impl Notifications {
    pub(crate) fn new(hpay: Arc<HPay>) -> Result<Self> {
        Ok(Self { hpay, endpoints: endpoints::all()? })
    }
}

#[async_trait]
impl NotificationReceiver for Notifications {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(&self, name: &EndpointName, delivery: &Delivery<'_>, _: Timestamp) -> Received {
        let endpoint = match Endpoint::find(&self.endpoints, name, delivery.method()) {
            Ok(endpoint) => endpoint,
            Err(untrusted) => return Received::Untrusted(untrusted),
        };
        match name.as_str() {
            endpoints::VA_CALLBACK => callback::receive(&self.hpay, endpoint, delivery),
            _ => payment_notification::receive(&self.hpay, endpoint, delivery).into(),
        }
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        confirm::confirm(&self.hpay, event).await
    }

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> http::Response<Bytes> {
        reply::reply(endpoint, outcome)
    }
}

impl ExplainSignature for Notifications {
    fn signed_parts<'a>(
        &'a self,
        name: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        match name.as_str() {
            endpoints::VA_CALLBACK => callback::signed_parts(&self.hpay, delivery),
            endpoints::NOTIFY | endpoints::RETURN => {
                payment_notification::signed_parts(&self.hpay, delivery)
            }
            _ => None,
        }
    }
}
