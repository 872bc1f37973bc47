//! The endpoint where SePay obtains the token that it then sends with webhooks (source:
//! developer.sepay.vn, SePay webhooks: authentication, OAuth 2.0).

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use payments_core::{
    Timestamp,
    notification::{Delivery, Proof, Received, Untrusted, UntrustedReason},
};
use provider_kit::signature::{self, Keys, token};

use super::{
    body::Format,
    wire::{LegacyToken, LegacyTokens, Token, TokenRequest},
};
use crate::limits::{WEBHOOK_ACCESS_TOKEN, WEBHOOK_REFRESH_TOKEN};

/// Issues tokens to a client that knows the id and the secret. It stores nothing: a token is signed
/// with the secret and contains its expiry.
#[derive(Debug)]
pub(crate) struct TokenEndpoint {
    client_id: String,
    secrets: Keys,
    access: String,
    refresh: String,
}

/// The two formats of SePay's token request and of the expected response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    /// A form, as RFC 6749 demands.
    Standard,
    /// SePay's own JSON, which it sends after a response that it did not understand.
    Legacy,
}

impl TokenEndpoint {
    pub(crate) fn new(client_id: String, secrets: Keys) -> Self {
        let purpose = |kind: &str| format!("sepay webhook {kind} {client_id}");
        let (access, refresh) = (purpose("access"), purpose("refresh"));
        Self { client_id, secrets, access, refresh }
    }

    /// Returns the client's secrets, newest first.
    pub(crate) fn secrets(&self) -> &Keys {
        &self.secrets
    }

    /// Checks the token of a webhook.
    pub(crate) fn check(&self, presented: &str, now: Timestamp) -> Result<Proof, Untrusted> {
        if presented.is_empty() {
            return Err(refused(UntrustedReason::MissingSignature, "there is no token"));
        }
        token::check(&self.secrets, &self.access, presented, now)
    }

    /// Responds to a request for a token. A request that does not prove to be from the client is
    /// untrusted.
    pub(crate) fn receive(&self, delivery: &Delivery<'_>, now: Timestamp) -> Received {
        match self.answer(delivery, now) {
            Ok(answer) => Received::Reply(answer),
            Err(untrusted) => Received::Untrusted(untrusted),
        }
    }

    fn answer(
        &self,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Result<Response<Bytes>, Untrusted> {
        let format = Format::of(delivery)?;
        let json = format.as_json(delivery.body())?;
        let request: TokenRequest =
            serde_json::from_str(&json).map_err(|_| unreadable("the token request"))?;
        let client = self.client(delivery, &request)?;
        let (grant, spelling) = match (&request.grant_type, &format) {
            (Some(grant), _) => (grant.as_str(), Spelling::Standard),
            (None, Format::Json) => ("", Spelling::Legacy),
            (None, _) => return Ok(error("invalid_request")),
        };
        let refresh = request.refresh_token.as_deref().or(request.legacy_refresh_token.as_deref());
        match (grant, refresh) {
            ("refresh_token" | "", Some(presented)) => {
                match token::check(&self.secrets, &self.refresh, presented, now) {
                    Ok(_) => Ok(self.issue(spelling, now)),
                    // The app issued this token earlier, but the client must now send its secret.
                    Err(old) if old.reason == UntrustedReason::StaleTimestamp => {
                        Ok(error("invalid_grant"))
                    }
                    Err(untrusted) => Err(untrusted),
                }
            }
            _ if !client => Err(refused(
                UntrustedReason::MissingSignature,
                "the token request names no client with its secret",
            )),
            ("client_credentials" | "", _) => Ok(self.issue(spelling, now)),
            ("refresh_token", _) => Ok(error("invalid_request")),
            _ => Ok(error("unsupported_grant_type")),
        }
    }

    /// Returns `true` if the request proves to be from the client, and `false` if it has no
    /// credentials. The credentials may be in the body, as in the documentation, or in a `Basic`
    /// header, as in its sample.
    fn client(&self, delivery: &Delivery<'_>, request: &TokenRequest) -> Result<bool, Untrusted> {
        let basic = delivery.one_header(&AUTHORIZATION)?.map(basic).transpose()?;
        let body = |standard: &Option<String>, legacy: &Option<String>| {
            standard.clone().or_else(|| legacy.clone())
        };
        let id = body(&request.client_id, &request.legacy_client_id);
        let secret = body(&request.client_secret, &request.legacy_client_secret);
        let in_body = (id.is_some() || secret.is_some())
            .then(|| (id.unwrap_or_default(), secret.unwrap_or_default()));
        let mut named = false;
        for (id, secret) in basic.into_iter().chain(in_body) {
            let known = signature::shared_token(&self.secrets, Some(secret.as_bytes()));
            if id != self.client_id || known.is_err() {
                return Err(refused(
                    UntrustedReason::WrongSignature,
                    "the client's id or its secret is wrong",
                ));
            }
            named = true;
        }
        Ok(named)
    }

    fn issue(&self, spelling: Spelling, now: Timestamp) -> Response<Bytes> {
        let token = |purpose: &str, good: Duration| {
            token::issue(&self.secrets, purpose, now.plus(good)).unwrap_or_default()
        };
        let (access, refresh) = (
            token(&self.access, WEBHOOK_ACCESS_TOKEN),
            token(&self.refresh, WEBHOOK_REFRESH_TOKEN),
        );
        let body = match spelling {
            Spelling::Standard => serde_json::to_vec(&Token {
                access_token: &access,
                token_type: "Bearer",
                expires_in: WEBHOOK_ACCESS_TOKEN.as_secs(),
                refresh_token: &refresh,
            }),
            Spelling::Legacy => serde_json::to_vec(&LegacyTokens {
                data: LegacyToken {
                    access_token: &access,
                    refresh_token: &refresh,
                    expired_in: WEBHOOK_ACCESS_TOKEN.as_secs(),
                },
            }),
        };
        // Plain structs of texts always serialise.
        json(StatusCode::OK, body.unwrap_or_default())
    }
}

/// Returns the refusal of a request that is not from the client (RFC 6749, section 5.2).
pub(crate) fn not_the_client() -> Response<Bytes> {
    let mut response = json(StatusCode::UNAUTHORIZED, br#"{"error":"invalid_client"}"#.to_vec());
    let challenge = HeaderValue::from_static("Basic realm=\"bank-token\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

/// Returns an error for the client (RFC 6749, section 5.2).
pub(crate) fn error(code: &str) -> Response<Bytes> {
    json(StatusCode::BAD_REQUEST, format!(r#"{{"error":"{code}"}}"#).into_bytes())
}

fn json(status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns the name and the password of `Basic` authentication (RFC 7617).
fn basic(value: &str) -> Result<(String, String), Untrusted> {
    let pair = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .and_then(|decoded| String::from_utf8(decoded).ok());
    let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
    pair.map(|(name, password)| (name.to_owned(), password.to_owned())).ok_or_else(|| {
        refused(
            UntrustedReason::MalformedSignature,
            "the header authorization does not contain a name and a password",
        )
    })
}

fn refused(reason: UntrustedReason, detail: &'static str) -> Untrusted {
    Untrusted::new(reason, detail)
}

fn unreadable(what: &str) -> Untrusted {
    Untrusted::new(UntrustedReason::Unreadable, format!("{what} cannot be read"))
}
