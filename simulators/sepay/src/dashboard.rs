//! The settings on SePay's dashboard, which the merchant may change while the gateway runs.

use serde::{Deserialize, Serialize};

use std::fmt;

use http::Uri;
use simulator_kit::{Schedule, as_text};

use super::bank::{BankTransaction, Direction};

/// A webhook about bank transactions, as set on the dashboard or registered through the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Webhook {
    /// SePay's number for it; 0 until it is added.
    pub id: u64,
    /// The merchant's name for it.
    pub name: String,
    /// The address that it is sent to: loopback only.
    #[serde(with = "as_text")]
    pub url: Uri,
    /// How SePay authenticates it.
    pub auth: WebhookAuth,
    /// The format of its body.
    pub body: WebhookBody,
    /// Only transactions on the bank account with this UUID.
    pub account: Option<String>,
    /// Only transactions of this direction.
    pub direction: Option<Direction>,
    /// Only transactions on virtual or sub-accounts with these numbers.
    pub only_va: Option<Vec<String>>,
    /// Only transactions with a payment code.
    pub skip_if_no_code: bool,
    /// The field `is_verify_payment`, which is stored and returned without any effect here.
    pub is_verify_payment: bool,
    /// Whether it is sent again after an error response, and not only if there is no response.
    pub retry_error_status: bool,
    /// Whether it is sent at all.
    pub active: bool,
    /// When it was added, in seconds since the Unix epoch.
    pub created_at: i64,
}

impl Webhook {
    /// A webhook to `url` with JSON bodies, about every transaction, sent again until it is
    /// acknowledged.
    pub fn new(url: Uri, auth: WebhookAuth) -> Self {
        Self {
            id: 0,
            name: String::new(),
            url,
            auth,
            body: WebhookBody::Json,
            account: None,
            direction: None,
            only_va: None,
            skip_if_no_code: false,
            is_verify_payment: true,
            retry_error_status: true,
            active: true,
            created_at: 0,
        }
    }

    /// Sets the format of its bodies.
    #[must_use]
    pub fn with_body(mut self, body: WebhookBody) -> Self {
        self.body = body;
        self
    }

    /// Whether it reports `transaction`.
    pub(super) fn tells(&self, transaction: &BankTransaction) -> bool {
        let on_va = |numbers: &Vec<String>| {
            transaction.va_number().is_some_and(|va| numbers.iter().any(|number| number == va))
        };
        self.active
            && self.account.as_ref().is_none_or(|id| *id == transaction.account_id)
            && self.direction.is_none_or(|direction| direction == transaction.direction)
            && self.only_va.as_ref().is_none_or(on_va)
            && (!self.skip_if_no_code || transaction.code.is_some())
    }
}

/// How a webhook is authenticated.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum WebhookAuth {
    /// No authentication.
    None,
    /// `Authorization: Apikey <key>`.
    ApiKey {
        /// The key, in clear on the wire.
        key: String,
    },
    /// `X-SePay-Signature` and `X-SePay-Timestamp`; see [`sign::webhook`](super::sign::webhook).
    HmacSha256 {
        /// The shared secret.
        secret: String,
    },
    /// `Authorization: Bearer <token>`, with a token that SePay fetches from the merchant.
    OAuth2 {
        /// The address that issues tokens: loopback only.
        #[serde(with = "as_text")]
        token_url: Uri,
        /// The client id.
        client_id: String,
        /// The client's secret.
        client_secret: String,
    },
}

impl WebhookAuth {
    /// Its secret, which must never be printed.
    pub(super) fn secret(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::ApiKey { key: secret }
            | Self::HmacSha256 { secret }
            | Self::OAuth2 { client_secret: secret, .. } => Some(secret),
        }
    }
}

impl fmt::Debug for WebhookAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::ApiKey { .. } => "ApiKey(…)",
            Self::HmacSha256 { .. } => "HmacSha256(…)",
            Self::OAuth2 { .. } => "OAuth2(…)",
        })
    }
}

/// The format of the body of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum WebhookBody {
    /// `application/json`, in PHP's spelling.
    Json,
    /// `application/x-www-form-urlencoded`, as PHP's `http_build_query` writes it.
    Form,
    /// `multipart/form-data`.
    Multipart,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Dashboard {
    #[serde(with = "as_text::option")]
    pub(super) ipn_url: Option<Uri>,
    /// Where tokens for webhooks with OAuth 2.0 are fetched.
    #[serde(default, with = "as_text::option")]
    pub(super) token_url: Option<Uri>,
    webhooks: Vec<Webhook>,
    registered: u64,
    pub(super) schedule: Schedule,
}

impl Dashboard {
    pub(super) fn new(ipn_url: Option<Uri>, webhooks: &[Webhook], now: i64) -> Self {
        let mut dashboard = Self {
            ipn_url,
            token_url: None,
            webhooks: Vec::new(),
            registered: 0,
            schedule: Schedule::Once,
        };
        for webhook in webhooks {
            dashboard.add(webhook.clone(), now);
        }
        dashboard
    }

    /// Returns all of them, oldest first.
    pub(super) fn webhooks(&self) -> &[Webhook] {
        &self.webhooks
    }

    /// Adds a webhook and gives it a number.
    pub(super) fn add(&mut self, mut webhook: Webhook, now: i64) -> u64 {
        self.registered = self.registered.saturating_add(1);
        webhook.id = self.registered;
        webhook.created_at = now;
        self.webhooks.push(webhook);
        self.registered
    }

    /// The number of the latest webhook, or of the next one if there is none.
    pub(super) fn last_or_next(&self) -> u64 {
        self.webhooks.last().map_or(self.registered.saturating_add(1), |webhook| webhook.id)
    }

    pub(super) fn webhook_mut(&mut self, id: u64) -> Option<&mut Webhook> {
        self.webhooks.iter_mut().find(|webhook| webhook.id == id)
    }

    /// Removes a webhook; returns whether there was one.
    pub(super) fn remove(&mut self, id: u64) -> bool {
        let before = self.webhooks.len();
        self.webhooks.retain(|webhook| webhook.id != id);
        self.webhooks.len() < before
    }

    pub(super) fn clear_webhooks(&mut self) {
        self.webhooks.clear();
    }
}
