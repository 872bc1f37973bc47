//! Webhooks about bank transactions (developer.sepay.vn, SePay webhooks: authentication, security).

mod auth;
mod body;
pub(super) mod token;

use std::sync::Arc;

use payments_core::{
    Raw, Timestamp,
    formula::Explanation,
    notification::{Delivery, Endpoint, Notification, Untrusted},
};

pub(crate) use auth::WebhookAuth;
use body::Format;
pub(crate) use token::TokenEndpoint;

use crate::{
    map::{self, Unclear},
    matching::Matching,
    wire,
};

/// What every movement rests on. A signature covers the whole body, anything else none of it.
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
    pub(super) fn register(&self) -> String {
        format!("SePay's dashboard, webhooks: this address, {}", self.auth.register())
    }

    pub(super) fn explain(&self, delivery: &Delivery<'_>) -> Option<Explanation> {
        self.auth.explain(delivery)
    }

    pub(super) fn receive(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<Notification, Untrusted> {
        let format = Format::of(delivery)?;
        let proof = self.auth.check(delivery, &format, now)?;
        let json = format.as_json(delivery.body())?;
        let webhook: wire::Webhook<'_> = serde_json::from_str(&json).map_err(not_json)?;
        let (key, news) = map::told(&webhook, self.matching.as_deref())?;
        Ok(Notification::new(endpoint, proof)
            .with_event(key, news, RESTS_ON)
            .with_raw(Raw::new(delivery.body().to_vec())))
    }
}

fn not_json(error: serde_json::Error) -> Untrusted {
    Unclear::json("the webhook", &error).into()
}
