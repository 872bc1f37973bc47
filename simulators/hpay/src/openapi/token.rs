//! `POST /service/{service}/v1/oauth2/token`: an access token for one service, by the client credentials
//! of OAuth 2.0.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::{Json, response::IntoResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    codes::openapi as code,
    faults::Fault,
    fields::Fields,
    gateway::Gateway,
    response::{HandlerResult, Refusal},
    sign,
};

/// The access tokens that were given.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Issued>);

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Issued {
    count: u64,
    valid: Vec<Token>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Token {
    text: String,
    service: String,
    ends: i64,
}

impl Tokens {
    /// Whether a token opens a service at a moment.
    pub(super) fn opens(&self, text: &str, service: &str, now: i64) -> bool {
        let is_good =
            |token: &Token| token.text == text && token.service == service && now < token.ends;
        self.lock().valid.iter().any(is_good)
    }

    /// The tokens that were given.
    pub(crate) fn issued(&self) -> Issued {
        self.lock().clone()
    }

    /// Replaces the tokens that were given.
    pub(crate) fn restore(&self, issued: Issued) {
        *self.lock() = issued;
    }

    /// A token for a service that is good for a while yet, or a new one.
    pub(crate) fn valid_or_new(&self, service: &str, now: i64, lasts: i64) -> String {
        // Long enough to copy a line and to run it.
        let soon = now.saturating_add(60);
        let valid = self
            .lock()
            .valid
            .iter()
            .rev()
            .find(|it| it.service == service && soon < it.ends)
            .map(|token| token.text.clone());
        valid.unwrap_or_else(|| self.issue(service, now, lasts))
    }

    /// Makes every token invalid.
    pub(crate) fn revoke_all(&self) {
        self.lock().valid.clear();
    }

    fn issue(&self, service: &str, now: i64, lasts: i64) -> String {
        let mut issued = self.lock();
        issued.count = issued.count.saturating_add(1);
        let text = sign::filler(&["token", service, &issued.count.to_string()]);
        let ends = now.saturating_add(lasts);
        issued.valid.push(Token { text: text.clone(), service: service.to_owned(), ends });
        text
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The scope is the service. One of two merchants sends no number of the merchant, so that only a wrong
/// one is refused.
pub(crate) fn grant(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    let settings = &gateway.settings;
    let is_client = fields.text("client_id") == settings.openapi_client_id
        && fields.text("client_secret") == settings.openapi_client_secret
        && fields.text("grant_type") == "client_credentials"
        && fields.given(super::envelope::MERCHANT).is_none_or(|id| gateway.is_merchant(id));
    let service = fields.text("scope");
    let is_service = SERVICES.contains(&service) || service == settings.payout_service;
    if !is_client || !is_service {
        return Err(Refusal(code::UNAUTHORIZED));
    }
    let lasts = settings.openapi_token_seconds;
    let access_token = gateway.tokens.issue(service, gateway.now(), lasts);
    let granted =
        json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": lasts });
    Ok(Json(granted).into_response())
}

/// The services besides that of payouts, whose name the settings have.
const SERVICES: [&str; 3] = ["va", "account", "transaction"];
