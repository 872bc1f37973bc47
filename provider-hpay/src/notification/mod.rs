//! What HPay sends us: payment notifications, buyers' returns, virtual account callbacks.
//!
//! All three are GET requests whose query carries a code over some of its fields. Payment
//! notifications are proven by it; a callback is not, and is confirmed by inquiry.

mod callback;
mod confirm;
mod credit;
pub mod endpoints;
mod openapi_credit;
mod payment;
mod query;
mod reply;
mod token;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use payments_core::{
    EndpointName, NotificationReceiver, Result, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, Outcome, Received, SignedParts, Untrusted,
        UntrustedReason,
    },
};

use crate::HPay;

pub(crate) use token::{saved_cards, token_revocation};

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
            _ => payment::receive(&self.hpay, endpoint, delivery).into(),
        }
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        confirm::confirm(&self.hpay, event).await
    }

    fn signed_parts<'a>(
        &'a self,
        name: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        match name.as_str() {
            endpoints::VA_CALLBACK => callback::signed_parts(&self.hpay, delivery),
            endpoints::NOTIFY | endpoints::RETURN => payment::signed_parts(&self.hpay, delivery),
            _ => None,
        }
    }

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> http::Response<Bytes> {
        reply::reply(endpoint, outcome)
    }
}

fn misplaced(detail: &'static str) -> Untrusted {
    Untrusted::new(UntrustedReason::WrongEndpoint, detail)
}
