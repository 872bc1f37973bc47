//! The tokens that SePay fetches from the merchant for webhooks with OAuth 2.0.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header::CONTENT_TYPE};
use serde_json::{Value, json};
use simulator_kit::{Outbox, Outgoing, Receipt, Schedule};

use crate::settings::Settings;

/// Seconds before its expiry at which a token is refreshed (SePay webhooks, authentication).
const EARLY: i64 = 10;

/// Seconds for which a token is valid if the merchant does not say (same page).
const USUAL: i64 = 3_600;

/// Fetches tokens and keeps them, one for each client at each address.
#[derive(Debug)]
pub(crate) struct TokenCache {
    outbox: Outbox,
    kept: Mutex<Vec<Kept>>,
}

#[derive(Clone)]
struct Kept {
    client: (Uri, String),
    access: String,
    refresh: Option<String>,
    until: i64,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("until", &self.until).finish_non_exhaustive()
    }
}

impl TokenCache {
    pub(crate) fn new(settings: &Settings) -> Self {
        let outbox = Outbox::new(settings.answer_timeout())
            .with_destinations(settings.destinations())
            .with_trusted(settings.trusted().clone());
        Self { outbox, kept: Mutex::default() }
    }

    /// Every request for a token with its response, oldest first.
    pub(crate) fn receipts(&self) -> Vec<Receipt> {
        self.outbox.receipts()
    }

    /// A token that is valid at `now`: the cached one, or one from its refresh token, or a new one.
    /// It is requested as the standard says first, and then in SePay's older JSON.
    pub(crate) async fn token(
        &self,
        url: &Uri,
        id: &str,
        secret: &str,
        now: i64,
    ) -> Result<String, String> {
        let client = (url.clone(), id.to_owned());
        let kept = self.kept().iter().find(|kept| kept.client == client).cloned();
        let refresh = match &kept {
            Some(kept) if now.saturating_add(EARLY) < kept.until => return Ok(kept.access.clone()),
            Some(kept) => kept.refresh.clone(),
            None => None,
        };
        let mut requests = Vec::new();
        if let Some(refresh) = &refresh {
            requests
                .push(form(url, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]));
            requests.push(as_json(url, &json!({ "refreshToken": refresh })));
        }
        requests.push(form(
            url,
            &[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)],
        ));
        requests.push(as_json(url, &json!({ "clientId": id, "clientSecret": secret })));
        for request in requests {
            let sent = self.outbox.send(Outgoing { request, schedule: Schedule::Once }).await;
            let answer = sent.into_iter().next().and_then(|receipt| receipt.answer.ok());
            if let Some((access, refresh, seconds)) = answer.as_ref().and_then(read) {
                let fresh = Kept {
                    client: client.clone(),
                    access: access.clone(),
                    refresh,
                    until: now.saturating_add(seconds),
                };
                let mut kept = self.kept();
                kept.retain(|kept| kept.client != client);
                kept.push(fresh);
                return Ok(access);
            }
        }
        Err("the merchant's response has no token".to_owned())
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Access token, refresh token and seconds, in either spelling.
fn read(answer: &Response<Bytes>) -> Option<(String, Option<String>, i64)> {
    if answer.status() != StatusCode::OK {
        return None;
    }
    let body: Value = serde_json::from_slice(answer.body()).ok()?;
    let (tokens, access, refresh, seconds) = match body.get("data") {
        Some(data) => (data, "accessToken", "refreshToken", "expiredIn"),
        None => (&body, "access_token", "refresh_token", "expires_in"),
    };
    let text = |name: &str| tokens.get(name).and_then(Value::as_str).map(str::to_owned);
    let seconds = tokens.get(seconds).and_then(Value::as_i64).unwrap_or(USUAL);
    Some((text(access)?, text(refresh), seconds))
}

fn form(url: &Uri, fields: &[(&str, &str)]) -> Request<Bytes> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    post(url, "application/x-www-form-urlencoded", body)
}

fn as_json(url: &Uri, body: &Value) -> Request<Bytes> {
    post(url, "application/json", body.to_string())
}

fn post(url: &Uri, content_type: &'static str, body: String) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = url.clone();
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    request
}
