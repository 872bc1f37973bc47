//! Webhooks about bank transactions (developer.sepay.vn, SePay webhooks: authentication, security).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use payments_core::{
    Raw, Timestamp,
    notification::{
        Delivery, Endpoint, Notification, Proof, Untrusted, UntrustedReason,
        check::{self, Keys, Part, Signature, Window},
    },
};

use crate::{
    formula::{WEBHOOK_PREFIX, WEBHOOK_SEPARATOR},
    map::{self, Unclear},
    matching::Matching,
    wire,
};

const X_SEPAY_SIGNATURE: HeaderName = HeaderName::from_static("x-sepay-signature");
const X_SEPAY_TIMESTAMP: HeaderName = HeaderName::from_static("x-sepay-timestamp");

/// How far a signed time stamp may be from now (developer.sepay.vn, webhook security).
const TOLERANCE: Duration = Duration::from_secs(300);

/// What every movement rests on. A signature covers the whole body, a key none of it.
const RESTS_ON: &[&str] = &[
    "transferType",
    "transferAmount",
    "accountNumber",
    "subAccount",
    "transactionDate",
    "referenceCode",
    "code",
    "content",
];

/// Checks and reads webhooks.
#[derive(Debug)]
pub(crate) struct BankWebhook {
    pub(crate) auth: WebhookAuth,
    pub(crate) matching: Option<Arc<Matching>>,
}

/// How SePay proves that a webhook is its own: one way per webhook, chosen on its dashboard.
#[derive(Debug)]
pub(crate) enum WebhookAuth {
    /// HMAC-SHA256 over time and body.
    Hmac(Keys),
    /// A key sent along, which covers nothing of the content.
    ApiKey(Keys),
}

/// In which form the body is.
#[derive(Clone, Copy)]
enum Format {
    Json,
    Form,
}

impl BankWebhook {
    pub(super) fn register(&self) -> &'static str {
        match self.auth {
            WebhookAuth::Hmac(_) => {
                "SePay's dashboard, webhooks: this address, authentication by HMAC-SHA256, content \
                 type application/json"
            }
            WebhookAuth::ApiKey(_) => {
                "SePay's dashboard, webhooks: this address, authentication by API key, content \
                 type application/json"
            }
        }
    }

    pub(super) fn receive(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<Notification, Untrusted> {
        let format = Format::of(delivery)?;
        let proof = match &self.auth {
            WebhookAuth::Hmac(keys) => signed(keys, delivery, now)?,
            WebhookAuth::ApiKey(keys) => known(keys, delivery)?,
        };
        let json = format.as_json(delivery.body())?;
        let webhook: wire::Webhook<'_> = serde_json::from_str(&json).map_err(not_json)?;
        let (key, news) = map::told(&webhook, self.matching.as_deref())?;
        Ok(Notification::new(endpoint, proof, key)
            .with_event(news, RESTS_ON)
            .with_raw(Raw::new(delivery.body().to_vec())))
    }
}

/// Checks the formula `sepay.webhook`, laid out on the stack: this is the path of every delivery.
fn signed(keys: &Keys, delivery: &Delivery<'_>, now: Timestamp) -> Result<Proof, Untrusted> {
    let signature = header(delivery, &X_SEPAY_SIGNATURE)?;
    let stamp = header(delivery, &X_SEPAY_TIMESTAMP)?;
    let hex = signature.strip_prefix(WEBHOOK_PREFIX).ok_or_else(|| {
        Untrusted::new(
            UntrustedReason::MalformedSignature,
            format!("the signature does not start with {WEBHOOK_PREFIX:?}"),
        )
    })?;
    let parts = [
        Part::Stamp("timestamp", stamp),
        Part::Literal(WEBHOOK_SEPARATOR),
        Part::Body(delivery.body()),
    ];
    let window = Window { now, tolerance: TOLERANCE };
    check::hmac_sha256(keys, &parts, Signature::Hex(hex), Some(window))
}

/// The one value of a header that has to be there and to say something.
fn header<'a>(delivery: &Delivery<'a>, name: &HeaderName) -> Result<&'a str, Untrusted> {
    delivery.one_header(name)?.filter(|value| !value.is_empty()).ok_or_else(|| {
        Untrusted::new(UntrustedReason::MissingSignature, format!("the header {name} is missing"))
    })
}

/// `Authorization: Apikey KEY`; the name of the scheme in either case (RFC 9110, section 11.1).
fn known(keys: &Keys, delivery: &Delivery<'_>) -> Result<Proof, Untrusted> {
    let presented = match delivery.one_header(&AUTHORIZATION)? {
        None => None,
        Some(value) => match value.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("apikey") => Some(key.trim()),
            _ => {
                return Err(Untrusted::new(
                    UntrustedReason::MalformedSignature,
                    "the header authorization does not hold an API key",
                ));
            }
        },
    };
    check::shared_token(keys, presented.map(str::as_bytes))
}

impl Format {
    /// JSON tells itself by its brace; anything else goes by its content type. Multipart bodies are
    /// refused: SePay does not say which bytes of them it signs.
    fn of(delivery: &Delivery<'_>) -> Result<Self, Untrusted> {
        const FORM: &str = "application/x-www-form-urlencoded";

        if delivery.body().starts_with(b"{") {
            return Ok(Self::Json);
        }
        let value = delivery.one_header(&CONTENT_TYPE)?.unwrap_or("application/json");
        match value.split(';').next().unwrap_or_default().trim() {
            kind if kind.eq_ignore_ascii_case("application/json") => Ok(Self::Json),
            kind if kind.eq_ignore_ascii_case(FORM) => Ok(Self::Form),
            _ => Err(Untrusted::new(
                UntrustedReason::Unreadable,
                "the content type is not read here; set application/json for this webhook on \
                 SePay's dashboard",
            )),
        }
    }

    /// The body as JSON. A form's fields become JSON text, which is read like any other: a doubled
    /// field is refused in both. An empty field is absent, for a form has no null.
    fn as_json(self, body: &[u8]) -> Result<Cow<'_, str>, Untrusted> {
        match self {
            Self::Json => str::from_utf8(body).map(Cow::Borrowed).map_err(|_| not_text()),
            Self::Form => {
                let mut json = Vec::with_capacity(body.len() * 2);
                let mut serializer = serde_json::Serializer::new(&mut json);
                let fields = form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty());
                serde::Serializer::collect_map(&mut serializer, fields).map_err(not_json)?;
                String::from_utf8(json).map(Cow::Owned).map_err(|_| not_text())
            }
        }
    }
}

fn not_json(error: serde_json::Error) -> Untrusted {
    Unclear::json("the webhook", &error).into()
}

fn not_text() -> Untrusted {
    Unclear::new("the webhook is not UTF-8 text").into()
}
