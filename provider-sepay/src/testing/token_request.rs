//! Requests for the token that webhooks with OAuth 2.0 carry.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use payments_core::Secret;
use serde_json::json;

use super::{insert, post};

/// A request for a token, as SePay sends it to the endpoint
/// [`BANK_TOKEN`](crate::BANK_TOKEN).
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    client_id: &'a str,
    secret: &'a Secret,
}

impl<'a> TokenRequest<'a> {
    /// As the client that the configuration names.
    pub fn new(client_id: &'a str, secret: &'a Secret) -> Self {
        Self { client_id, secret }
    }

    /// The form of RFC 6749 with the credentials in it, as SePay asks first.
    pub fn standard(&self) -> Request<Bytes> {
        form(&[
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id),
            ("client_secret", self.secret.expose()),
        ])
    }

    /// The form of RFC 6749 with the credentials in a `Basic` header, as SePay's sample expects.
    pub fn basic(&self) -> Request<Bytes> {
        let mut request = form(&[("grant_type", "client_credentials")]);
        let pair = STANDARD.encode(format!("{}:{}", self.client_id, self.secret.expose()));
        insert(request.headers_mut(), "authorization", &format!("Basic {pair}"));
        request
    }

    /// SePay's older JSON, which it sends after an answer that it did not understand.
    pub fn legacy(&self) -> Request<Bytes> {
        let body = json!({ "clientId": self.client_id, "clientSecret": self.secret.expose() });
        post("application/json", body.to_string())
    }

    /// The form of RFC 6749 that asks for a new token by a refresh token.
    pub fn refresh(refresh_token: &str) -> Request<Bytes> {
        form(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
    }

    /// The same in SePay's older JSON.
    pub fn legacy_refresh(refresh_token: &str) -> Request<Bytes> {
        post("application/json", json!({ "refreshToken": refresh_token }).to_string())
    }
}

fn form(fields: &[(&str, &str)]) -> Request<Bytes> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    post("application/x-www-form-urlencoded", body.finish())
}
