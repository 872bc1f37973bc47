//! Webhooks about bank transactions (source: developer.sepay.vn, SePay webhooks: authentication,
//! security).

mod auth;
mod body;
mod test_delivery;
pub(crate) mod token_endpoint;
pub(crate) mod wire;

use std::sync::Arc;

use payments_core::{
    Raw, StatedKey, Timestamp,
    json::{self, JsonError},
    notification::{Delivery, Endpoint, EventData, Notification, Received, Untrusted},
};
use provider_kit::signature::SignedParts;

pub(crate) use auth::WebhookAuth;
use body::Format;
pub(crate) use token_endpoint::TokenEndpoint;

use super::{movement::told, payment_code::Matching};
use crate::field::Unclear;

/// The fields on which every movement rests. A signature covers the whole body; any other
/// authentication covers none of it.
const RESTS_ON: &[&str] = &[
    "transferType",
    "transferAmount",
    "accountNumber",
    "subAccount",
    "transactionDate",
    "referenceCode",
    "code",
    "content",
    "description",
];

/// Checks and reads webhooks.
#[derive(Debug)]
pub(crate) struct BankWebhook {
    pub(crate) auth: WebhookAuth,
    pub(crate) matching: Option<Arc<Matching>>,
}

impl BankWebhook {
    pub(crate) fn register(&self) -> String {
        format!("SePay's dashboard, webhooks: this address, {}", self.auth.register())
    }

    pub(crate) fn signed_parts<'a>(&'a self, delivery: &Delivery<'a>) -> Option<SignedParts<'a>> {
        self.auth.signed_parts(delivery)
    }

    pub(crate) fn receive(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<Received, Untrusted> {
        let format = Format::of(delivery)?;
        let proof = self.auth.check(delivery, &format, now)?;
        let read = self.read(&format, delivery.body());
        let is_movement = matches!(read, Ok((_, EventData::Movement(_))));
        if !is_movement && !test_delivery::may_hold_a_transaction(&format, delivery.body()) {
            return Ok(Notification::new(endpoint, proof)
                .with_test(&[])
                .with_raw(Raw::new(delivery.body().to_vec()))
                .into());
        }
        Ok(match read {
            Ok((key, data)) => Notification::new(endpoint, proof)
                .with_event(key, data, RESTS_ON)
                .with_raw(Raw::new(delivery.body().to_vec()))
                .into(),
            Err(unclear) => unclear.into_delivery(proof).into(),
        })
    }

    fn read(
        &self,
        format: &Format<'_>,
        body: &[u8],
    ) -> Result<(Option<StatedKey>, EventData), Unclear> {
        let json = format.as_json(body)?;
        let webhook: wire::Webhook<'_> = json::read(json.as_bytes()).map_err(not_json)?;
        told(&webhook, self.matching.as_deref())
    }
}

fn not_json(error: JsonError) -> Unclear {
    Unclear::json("the webhook", error)
}
