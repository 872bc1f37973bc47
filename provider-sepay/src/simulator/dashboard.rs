//! What the merchant sets on SePay's dashboard and may change while the gateway runs.

use std::fmt;

use http::Uri;
use simulator_kit::Schedule;

/// A webhook about bank transactions, as set on the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Webhook {
    /// Where it goes: loopback addresses only.
    pub url: Uri,
    /// How SePay proves who sends it.
    pub auth: WebhookAuth,
    /// How its body is written.
    pub body: WebhookBody,
}

impl Webhook {
    /// A webhook to `url` with JSON bodies.
    pub fn new(url: Uri, auth: WebhookAuth) -> Self {
        Self { url, auth, body: WebhookBody::Json }
    }
}

/// How a webhook is authenticated.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookAuth {
    /// Not at all.
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
}

impl fmt::Debug for WebhookAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::ApiKey { .. } => "ApiKey(…)",
            Self::HmacSha256 { .. } => "HmacSha256(…)",
        })
    }
}

/// How the body of a webhook is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookBody {
    /// `application/json`, in PHP's spelling.
    Json,
}

#[derive(Debug)]
pub(super) struct Dashboard {
    pub(super) ipn_url: Option<Uri>,
    pub(super) webhooks: Vec<Webhook>,
    pub(super) schedule: Schedule,
}
