//! The four ways in which SePay authenticates a webhook. Each webhook uses one, which the merchant
//! chooses on SePay's dashboard.

use http::header::{AUTHORIZATION, HeaderName};
use payments_core::{
    Timestamp,
    notification::{Delivery, Proof, Untrusted, UntrustedReason},
};
use provider_kit::signature::{
    self, CheckingKeys, Formula, Keys, Part, Signature, SignedParts, Window,
};

use super::{body::Format, token_endpoint::TokenEndpoint};
use crate::{
    formula::{WEBHOOK, WEBHOOK_PREFIX, WEBHOOK_SEPARATOR},
    limits::WEBHOOK_TOLERANCE,
};

const X_SEPAY_SIGNATURE: HeaderName = HeaderName::from_static("x-sepay-signature");
const X_SEPAY_TIMESTAMP: HeaderName = HeaderName::from_static("x-sepay-timestamp");

/// The authentication of a webhook. Only a signature covers its content.
#[derive(Debug)]
pub(crate) enum WebhookAuth {
    /// No authentication.
    Unauthenticated,
    /// A key in a header.
    ApiKey(Keys),
    /// HMAC-SHA256 over the timestamp and the body.
    Hmac {
        keys: Keys,
        /// The signature formula, if the configuration replaces SePay's.
        formula: Option<Formula>,
    },
    /// A token that SePay obtained from the merchant's own endpoint.
    OAuth2(TokenEndpoint),
}

impl WebhookAuth {
    pub(crate) fn register(&self) -> &'static str {
        match self {
            Self::Unauthenticated => {
                "without authentication; whatever arrives is looked up in the statement"
            }
            Self::ApiKey(_) => "authentication by API key, content type application/json",
            Self::Hmac { .. } => "authentication by HMAC-SHA256, content type application/json",
            Self::OAuth2(_) => {
                "authentication by OAuth 2.0 with the endpoint bank-token as the address of access \
                 tokens"
            }
        }
    }

    pub(crate) fn check(
        &self,
        delivery: &Delivery<'_>,
        format: &Format<'_>,
        now: Timestamp,
    ) -> Result<Proof, Untrusted> {
        match self {
            Self::Unauthenticated => Ok(signature::unauthenticated()),
            Self::ApiKey(keys) => {
                let key = presented(delivery, "apikey", "an API key")?;
                signature::shared_token(keys, Some(key.as_bytes()))
            }
            Self::Hmac { keys, formula } => signed(keys, formula.as_ref(), delivery, format, now),
            Self::OAuth2(tokens) => {
                tokens.check(presented(delivery, "bearer", "a bearer token")?, now)
            }
        }
    }
}

impl WebhookAuth {
    /// Returns the inputs of the signature check, if the webhook is signed.
    pub(crate) fn signed_parts<'a>(&'a self, delivery: &Delivery<'a>) -> Option<SignedParts<'a>> {
        let Self::Hmac { keys, formula } = self else { return None };
        let text = |name: &HeaderName| delivery.one_header(name).ok().flatten().unwrap_or_default();
        let keys = CheckingKeys { secrets: Some(keys), public: &[] };
        let parts =
            SignedParts::new(formula.clone().unwrap_or(WEBHOOK), text(&X_SEPAY_SIGNATURE), keys)
                .with_field("timestamp", text(&X_SEPAY_TIMESTAMP).as_bytes())
                .with_field("body", delivery.body());
        Some(parts)
    }
}

/// Checks the formula `sepay.webhook`, with its text on the stack because every delivery passes
/// through here.
fn signed(
    keys: &Keys,
    formula: Option<&Formula>,
    delivery: &Delivery<'_>,
    format: &Format<'_>,
    now: Timestamp,
) -> Result<Proof, Untrusted> {
    if matches!(format, Format::Multipart { .. }) {
        // The documentation describes the signed text as "like http_build_query", which multipart
        // bodies are not.
        return Err(Untrusted::new(
            UntrustedReason::Unreadable,
            "SePay does not say which bytes of a multipart body it signs; set application/json for \
             this webhook on SePay's dashboard",
        ));
    }
    let signature = header(delivery, &X_SEPAY_SIGNATURE)?;
    let stamp = header(delivery, &X_SEPAY_TIMESTAMP)?;
    let window = Window { now, tolerance: WEBHOOK_TOLERANCE };
    if let Some(formula) = formula {
        let fields = [("timestamp", stamp.as_bytes()), ("body", delivery.body())];
        let keys = CheckingKeys { secrets: Some(keys), public: &[] };
        return formula.check(&fields, signature, keys, Some(window));
    }
    let hex = signature.strip_prefix(WEBHOOK_PREFIX).ok_or_else(|| {
        Untrusted::new(
            UntrustedReason::MalformedSignature,
            format!("the signature does not start with {WEBHOOK_PREFIX:?}"),
        )
    })?;
    let parts = [
        Part::Timestamp("timestamp", stamp),
        Part::Literal(WEBHOOK_SEPARATOR),
        Part::Body(delivery.body()),
    ];
    signature::hmac_sha256(keys, &parts, Signature::Hex(hex), Some(window))
}

/// Returns the only value of a header that must be present and not empty.
fn header<'a>(delivery: &Delivery<'a>, name: &HeaderName) -> Result<&'a str, Untrusted> {
    delivery.one_header(name)?.filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
}

/// Returns the credentials in the only `Authorization` header with `scheme`, whose name may be in
/// either case (RFC 9110, section 11.1).
fn presented<'a>(delivery: &Delivery<'a>, scheme: &str, what: &str) -> Result<&'a str, Untrusted> {
    let value = delivery.one_header(&AUTHORIZATION)?.ok_or_else(|| missing(&AUTHORIZATION))?;
    match value.split_once(' ') {
        Some((named, presented)) if named.eq_ignore_ascii_case(scheme) => Ok(presented.trim()),
        _ => Err(Untrusted::new(
            UntrustedReason::MalformedSignature,
            format!("the header authorization does not contain {what}"),
        )),
    }
}

fn missing(name: &HeaderName) -> Untrusted {
    Untrusted::new(UntrustedReason::MissingSignature, format!("the header {name} is missing"))
}
