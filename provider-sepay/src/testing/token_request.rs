//! Requests for the token that SePay sends with webhooks that use OAuth 2.0.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use payments_core::Secret;
use serde_json::json;

use super::{insert, post};

/// A maker of requests for a token, as SePay sends them to the endpoint
/// [`BANK_TOKEN`](crate::BANK_TOKEN).
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    client_id: &'a str,
    secret: &'a Secret,
}

impl<'a> TokenRequest<'a> {
    /// Creates a maker of requests with the credentials of the configured client.
    pub fn new(client_id: &'a str, secret: &'a Secret) -> Self {
        Self { client_id, secret }
    }

    /// Returns the form of RFC 6749 with the credentials in its body, which SePay sends first.
    pub fn standard(&self) -> Request<Bytes> {
        form(&[
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id),
            ("client_secret", self.secret.expose()),
        ])
    }

    /// Returns the form of RFC 6749 with the credentials in a `Basic` header, as in SePay's sample.
    pub fn basic(&self) -> Request<Bytes> {
        let mut request = form(&[("grant_type", "client_credentials")]);
        let pair = STANDARD.encode(format!("{}:{}", self.client_id, self.secret.expose()));
        insert(request.headers_mut(), "authorization", &format!("Basic {pair}"));
        request
    }

    /// Returns SePay's older JSON request, which it sends after a response that it did not
    /// understand.
    pub fn legacy(&self) -> Request<Bytes> {
        let body = json!({ "clientId": self.client_id, "clientSecret": self.secret.expose() });
        post("application/json", body.to_string())
    }

    /// Returns the form of RFC 6749 that requests a new token by a refresh token.
    pub fn refresh(refresh_token: &str) -> Request<Bytes> {
        form(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
    }

    /// Returns SePay's older JSON request for a new token by a refresh token.
    pub fn legacy_refresh(refresh_token: &str) -> Request<Bytes> {
        post("application/json", json!({ "refreshToken": refresh_token }).to_string())
    }
}

fn form(fields: &[(&str, &str)]) -> Request<Bytes> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    post("application/x-www-form-urlencoded", body.finish())
}
