//! `/oauth`: the page where a merchant allows an app, and the address of tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::{
    Json,
    extract::{RawForm, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use maud::html;
use serde::Serialize;
use serde_json::Value;
use simulator_kit::page::{Language, Text, buyer_page, preferred_language};

use super::grants::ACCESS;
use crate::{gateway::Gateway, query::Query};

/// The scopes that an app may ask for (source: developer.sepay.vn, SePay OAuth2: overview).
pub(super) const SCOPES: [&str; 7] = [
    "bank-account:read",
    "transaction:read",
    "webhook:read",
    "webhook:write",
    "webhook:delete",
    "profile",
    "company",
];

/// The parameters of the authorisation request, on SePay's page and again with its button.
struct Asked {
    redirect: String,
    scopes: BTreeSet<String>,
    state: Option<String>,
}

impl Asked {
    fn read(gateway: &Gateway, query: &Query) -> Result<Self, &'static str> {
        let settings = &gateway.settings;
        let redirect = query.text("redirect_uri").unwrap_or_default();
        if query.text("client_id") != Some(settings.oauth_client_id()) {
            return Err("client_id");
        }
        if settings.oauth_redirect_url() != redirect {
            return Err("redirect_uri");
        }
        if query.text("response_type") != Some("code") {
            return Err("response_type");
        }
        let scopes: BTreeSet<String> =
            query.text("scope").unwrap_or_default().split(' ').map(str::to_owned).collect();
        if !scopes.iter().all(|scope| SCOPES.contains(&scope.as_str())) {
            return Err("scope");
        }
        let state = query.text("state").map(str::to_owned);
        Ok(Self { redirect: redirect.to_owned(), scopes, state })
    }

    /// The address that the browser returns to, with `answer` beside the state.
    fn back(&self, answer: (&str, &str)) -> String {
        let joint = if self.redirect.contains('?') { '&' } else { '?' };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(answer.0, answer.1);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        format!("{}{joint}{}", self.redirect, query.finish())
    }
}

/// The page, with the scopes that the app asks for and two buttons.
pub(super) async fn page(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let text = query.unwrap_or_default();
    match Asked::read(&gateway, &Query::parse(Some(&text))) {
        Err(wrong) => refused(wrong),
        Ok(asked) => {
            let language = preferred_language(&headers, Language::Vietnamese);
            let body = html! {
                ul { @for scope in &asked.scopes { li { code { (scope) } } } }
                form method="post" action="/oauth/authorize" {
                    @for (name, value) in form_urlencoded::parse(text.as_bytes()) {
                        input type="hidden" name=(name) value=(value);
                    }
                    button.main name="decision" value="allow" {
                        (Text::new("Allow", "Cho phép").to(language))
                    }
                    button name="decision" value="deny" {
                        (Text::new("Deny", "Từ chối").to(language))
                    }
                }
            };
            let heading = Text::new("An app asks for access:", "Một ứng dụng xin quyền truy cập:");
            buyer_page("SePay", language, heading.to(language), body).into_response()
        }
    }
}

/// Handles the button that the merchant pressed.
pub(super) async fn decide(
    State(gateway): State<Arc<Gateway>>,
    RawForm(form): RawForm,
) -> Response {
    let query = Query::parse(std::str::from_utf8(&form).ok());
    match Asked::read(&gateway, &query) {
        Err(wrong) => refused(wrong),
        Ok(asked) if query.text("decision") == Some("allow") => {
            let scopes = asked.scopes.clone();
            let code = gateway.grants().allow(scopes, &asked.redirect, gateway.now());
            Redirect::to(&asked.back(("code", &code))).into_response()
        }
        Ok(asked) => Redirect::to(&asked.back(("error", "access_denied"))).into_response(),
    }
}

/// Allows everything that is asked for at `url`; returns the query of the return to the app.
pub(crate) fn allowed(gateway: &Gateway, url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let asked = Asked::read(gateway, &Query::parse(Some(query))).ok()?;
    let code = gateway.grants().allow(asked.scopes.clone(), &asked.redirect, gateway.now());
    let back = asked.back(("code", &code));
    back.split_once('?').map(|(_, query)| query.to_owned())
}

#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    refresh_token: String,
    scope: String,
}

/// Exchanges codes and refresh tokens. The official page shows a form, an older one JSON; both are
/// accepted.
pub(super) async fn token(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    let fields: Vec<(String, String)> = if is_json {
        let Ok(Value::Object(fields)) = serde_json::from_slice(&body) else {
            return error("invalid_request", "the body is no JSON");
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        fields.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    } else {
        form_urlencoded::parse(&body).into_owned().collect()
    };
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let settings = &gateway.settings;
    if field("client_id") != Some(settings.oauth_client_id())
        || field("client_secret") != Some(settings.oauth_client_secret())
    {
        return error("invalid_client", "client authentication failed");
    }
    let now = gateway.now();
    let pair = match (field("grant_type"), field("code"), field("refresh_token")) {
        (Some("authorization_code"), Some(code), _) => {
            gateway.grants().by_code(code, field("redirect_uri"), now)
        }
        (Some("refresh_token"), _, Some(token)) => gateway.grants().by_refresh(token, now),
        (Some("authorization_code" | "refresh_token"), ..) => {
            return error("invalid_request", "a parameter is missing");
        }
        _ => return error("unsupported_grant_type", "the grant type is not supported"),
    };
    match pair {
        None => error("invalid_grant", "the code or token is not valid"),
        Some(pair) => Json(Tokens {
            access_token: pair.access,
            token_type: "Bearer",
            expires_in: ACCESS,
            refresh_token: pair.refresh,
            scope: pair.scopes.into_iter().collect::<Vec<_>>().join(" "),
        })
        .into_response(),
    }
}

/// A refusal as RFC 6749, section 5.2, defines it.
fn error(error: &'static str, error_description: &'static str) -> Response {
    #[derive(Serialize)]
    struct Refusal {
        error: &'static str,
        error_description: &'static str,
    }
    let status = match error {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, Json(Refusal { error, error_description })).into_response()
}

fn refused(parameter: &str) -> Response {
    let heading = format!("{parameter} không hợp lệ");
    let page = buyer_page("SePay", Language::Vietnamese, &heading, html! {});
    (StatusCode::BAD_REQUEST, page).into_response()
}
