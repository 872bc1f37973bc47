//! Changes as signed webhooks.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Request, StatusCode, header::CONTENT_TYPE};
use payments_core::{
    Clock, Error, ErrorKind, Result, Secret, SystemClock, Timestamp, check_web_address,
};
use serde::Serialize;

use super::Sink;
use crate::{
    change::Change,
    handlers::HandlerError,
    record::{CreditRecord, PaymentRecord, PayoutRecord},
};

/// The prefix of a key's text.
const PREFIX: &str = "whsec_";

/// The allowed lengths of a key, in bytes (Standard Webhooks, "Signature scheme").
const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// Sends each change by `POST` to one address, signed according to [Standard Webhooks]. Libraries
/// that verify such webhooks exist for most languages.
///
/// The body is JSON with `type` (`payment.changed`, `payout.changed` or `credit.changed`),
/// `timestamp` and `data`. `data` contains the `subject`, its `revision`, and the whole record as
/// `payment`, `payout` or `credit`. A record contains names and bank accounts of people, so send it
/// only to services of your own. `webhook-id` is the same for each attempt to send one revision. A
/// response with a status of 2xx means that the change arrived.
///
/// ```
/// use std::sync::Arc;
/// use payments_core::Secret;
/// use payments_engine::{Engine, WebhookClient, WebhookKey, WebhookSink};
///
/// # fn sink(client: Arc<dyn WebhookClient>) -> Result<(), Box<dyn std::error::Error>> {
/// let key = WebhookKey::new(&Secret::new("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")?)?;
/// let sink = WebhookSink::new("https://stock.shop.example/payments", [key], client)?;
/// let builder = Engine::builder().with_sink("stock", sink);
/// # Ok(())
/// # }
/// ```
///
/// [Standard Webhooks]: https://www.standardwebhooks.com
pub struct WebhookSink {
    url: String,
    keys: Vec<WebhookKey>,
    client: Arc<dyn WebhookClient>,
    clock: Arc<dyn Clock>,
}

/// The HTTP client that sends webhooks. The function `webhook_client` of the crate `payments` makes one
/// from a transport.
#[async_trait]
pub trait WebhookClient: Send + Sync + 'static {
    /// Sends `request` and returns the status of the response. It may send the request more than
    /// once, because receivers recognise a webhook by its id.
    ///
    /// # Errors
    /// Returns an error if there is no response. The webhook is sent again later.
    async fn send(&self, request: Request<Bytes>) -> Result<StatusCode, HandlerError>;
}

/// A key that signs webhooks. It is shared with their receiver.
#[derive(Clone)]
pub struct WebhookKey(hmac::Key);

impl WebhookKey {
    /// Parses a key: `whsec_` and 24 to 64 random bytes in Base64.
    ///
    /// # Errors
    /// Returns [`Configuration`](payments_core::ErrorKind::Configuration) if `text` is not such a
    /// key.
    pub fn new(text: &Secret) -> Result<Self> {
        let refused = |problem: &str| {
            let message = format!(
                "the key of a webhook {problem}; make one as whsec_$(openssl rand -base64 32)"
            );
            Error::new(ErrorKind::Configuration, message)
        };
        let text = text.expose();
        let encoded =
            text.strip_prefix(PREFIX).ok_or_else(|| refused("does not begin with whsec_"))?;
        let bytes = STANDARD.decode(encoded).map_err(|_| refused("is not Base64"))?;
        if !KEY_LENGTHS.contains(&bytes.len()) {
            return Err(refused("does not have 24 to 64 bytes"));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let mut signing = hmac::Context::with_key(&self.0);
        signing.update(format!("{id}.{}.", at.unix_seconds()).as_bytes());
        signing.update(body);
        format!("v1,{}", STANDARD.encode(signing.sign()))
    }
}

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookKey(..)")
    }
}

impl WebhookSink {
    /// Creates a sink that posts to `url` through `client`. Each webhook is signed with every key.
    /// To replace a key, sign with both until the receiver has the new one.
    ///
    /// # Errors
    /// Returns [`Configuration`](payments_core::ErrorKind::Configuration) if `url` is not an
    /// address, if it is neither https nor on loopback, or if `keys` is empty.
    pub fn new(
        url: impl Into<String>,
        keys: impl IntoIterator<Item = WebhookKey>,
        client: Arc<dyn WebhookClient>,
    ) -> Result<Self> {
        let (url, keys) = (url.into(), keys.into_iter().collect::<Vec<_>>());
        let refused = |problem: &str| {
            Error::new(ErrorKind::Configuration, format!("the address of a webhook {problem}"))
        };
        check_web_address(&url).map_err(refused)?;
        let host = url.parse::<http::Uri>().ok().and_then(|uri| Some(uri.host()?.to_owned()));
        let is_loopback = host.is_some_and(|host| is_loopback(&host));
        if !url.starts_with("https://") && !is_loopback {
            return Err(refused("is not https"));
        }
        if keys.is_empty() {
            return Err(Error::new(ErrorKind::Configuration, "a webhook has no key to sign with"));
        }
        Ok(Self { url, keys, client, clock: Arc::new(SystemClock) })
    }

    /// Sets the clock for the signed time.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The body of a webhook.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    subject: &'a str,
    revision: u64,
    #[serde(flatten)]
    record: Record<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Record<'a> {
    Payment(&'a PaymentRecord),
    Payout(&'a PayoutRecord),
    Credit(&'a CreditRecord),
}

#[async_trait]
impl Sink for WebhookSink {
    async fn send(&self, change: &Change) -> Result<(), HandlerError> {
        let (kind, changed_at, record) = match change {
            Change::Payment(record) => {
                ("payment.changed", record.changed_at, Record::Payment(record))
            }
            Change::Payout(record) => ("payout.changed", record.changed_at, Record::Payout(record)),
            Change::Unmatched(credit) => {
                ("credit.changed", credit.changed_at, Record::Credit(credit))
            }
            // A notice is for a person; the receiver is not informed.
            Change::Notice(_) => return Ok(()),
        };
        let (subject, revision) = (change.subject().to_string(), change.revision());
        let data = Data { subject: &subject, revision, record };
        let body = Body { kind, timestamp: changed_at.to_string(), data };
        let body = Bytes::from(serde_json::to_vec(&body)?);
        let (id, at) = (id(&subject, revision), self.clock.now());
        let signatures: Vec<_> = self.keys.iter().map(|key| key.sign(&id, at, &body)).collect();
        let request = Request::post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", at.unix_seconds())
            .header("webhook-signature", signatures.join(" "))
            .body(body)?;
        let status = self.client.send(request).await?;
        if !status.is_success() {
            let status = status.as_u16();
            return Err(HandlerError::new(format!("the receiver answered with HTTP {status}")));
        }
        Ok(())
    }
}

/// Returns the id of a webhook, which is the same for each attempt to send one revision of a
/// subject. It is a digest, because a subject may contain characters that a header cannot.
fn id(subject: &str, revision: u64) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, subject.as_bytes());
    let digest = digest.as_ref().get(..16).unwrap_or_default();
    format!("msg_{}_{revision}", hex::encode(digest))
}

impl fmt::Debug for WebhookSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSink").field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn a_webhook_is_signed_as_the_specification_says() {
        let key = WebhookKey::new(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let signature = key.unwrap().sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Timestamp::from_unix(1_614_265_330),
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        for (bad, secret) in [
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            ("whsec_AAAA", "AAAA"),
            ("whsec_%%%%", "%%%%"),
        ] {
            let error = WebhookKey::new(&Secret::new(bad).unwrap()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{bad}");
            assert!(!error.to_string().contains(secret), "{error}");
        }
    }

    #[test]
    fn the_name_of_a_webhook_is_that_of_one_revision() {
        assert_eq!(id("payment:Đ 1", 2), id("payment:Đ 1", 2));
        assert_ne!(id("payment:A", 2), id("payment:A", 3));
        assert_ne!(id("payment:A", 2), id("payout:A", 2));
    }
}
