//! `/api/v1/webhooks`: the webhooks of an app, which are really sent.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use bytes::Bytes;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use simulator_kit::Destinations;

use super::{
    Allowed, account, accounts,
    fields::{field, read},
    response,
    response::Problem,
};
use crate::{
    Webhook, WebhookAuth, WebhookBody, bank::Direction, civil, gateway::Gateway, query::Query,
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    allowed.to("webhook:read")?;
    let query = Query::parse(query.as_deref());
    let active = query.number("active")?;
    let admits = |webhook: &Webhook| {
        let key = match &webhook.auth {
            WebhookAuth::ApiKey { key } => Some(key.as_str()),
            _ => None,
        };
        query.text("webhook_url").is_none_or(|part| webhook.url.to_string().contains(part))
            && query.text("api_key").is_none_or(|wanted| key == Some(wanted))
            && active.is_none_or(|active| u64::from(webhook.active) == active)
    };
    let known: Vec<Webhook> =
        gateway.dashboard().webhooks().iter().filter(|it| admits(it)).cloned().collect();
    response::list(known.iter().map(|webhook| Row::of(&gateway, webhook)).collect(), &query)
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    allowed.to("webhook:read")?;
    let found = gateway.dashboard().webhooks().iter().find(|webhook| webhook.id == id).cloned();
    found.map(|webhook| response::one(Row::of(&gateway, &webhook))).ok_or(Problem::NotFound)
}

pub(super) async fn create(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    body: Bytes,
) -> Result<Response, Problem> {
    allowed.to("webhook:write")?;
    let fields = Fields::read(&body)?;
    for (name, missing) in [
        ("bank_account_id", fields.bank_account_id.is_none()),
        ("name", fields.name.is_none()),
        ("event_type", fields.event_type.is_none()),
        ("authen_type", fields.authen_type.is_none()),
        ("webhook_url", fields.webhook_url.is_none()),
        ("is_verify_payment", fields.is_verify_payment.is_none()),
    ] {
        if missing {
            return Err(invalid(name));
        }
    }
    let mut webhook = Webhook::new(Uri::from_static("http://127.0.0.1/"), WebhookAuth::None);
    webhook.retry_error_status = false;
    fields.apply(&gateway, &mut webhook)?;
    let id = gateway.dashboard().add(webhook, gateway.now());
    Ok(response::done(StatusCode::CREATED, "Đã tạo webhook", json!({ "id": id })))
}

pub(super) async fn update(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    Path(id): Path<u64>,
    body: Bytes,
) -> Result<Response, Problem> {
    allowed.to("webhook:write")?;
    let fields = Fields::read(&body)?;
    let known = gateway.dashboard().webhooks().iter().find(|webhook| webhook.id == id).cloned();
    let mut changed = known.ok_or(Problem::NotFound)?;
    fields.apply(&gateway, &mut changed)?;
    if let Some(webhook) = gateway.dashboard().webhook_mut(id) {
        *webhook = changed;
    }
    Ok(response::done(StatusCode::OK, "Đã cập nhật webhook", json!({ "id": id })))
}

pub(super) async fn delete(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    allowed.to("webhook:delete")?;
    if gateway.dashboard().remove(id) {
        Ok(response::done(StatusCode::OK, "Đã xóa webhook", Value::Null))
    } else {
        Err(Problem::NotFound)
    }
}

/// The fields of a request, in which flags are 1 and 0.
#[derive(Default)]
struct Fields {
    bank_account_id: Option<u64>,
    name: Option<String>,
    event_type: Option<String>,
    authen_type: Option<String>,
    webhook_url: Option<String>,
    is_verify_payment: Option<u8>,
    skip_if_no_code: Option<u8>,
    active: Option<u8>,
    retry_conditions: Option<RetryConditions>,
    only_va: Option<u8>,
    bank_sub_account_ids: Option<Vec<u64>>,
    oauth2_access_token_url: Option<String>,
    oauth2_client_id: Option<String>,
    oauth2_client_secret: Option<String>,
    api_key: Option<String>,
    request_content_type: Option<String>,
}

#[derive(Deserialize)]
struct RetryConditions {
    non_2xx_status_code: u8,
}

impl Fields {
    fn read(body: &[u8]) -> Result<Self, Problem> {
        let body = &mut read(body)?;
        Ok(Self {
            bank_account_id: field(body, "bank_account_id")?,
            name: field(body, "name")?,
            event_type: field(body, "event_type")?,
            authen_type: field(body, "authen_type")?,
            webhook_url: field(body, "webhook_url")?,
            is_verify_payment: field(body, "is_verify_payment")?,
            skip_if_no_code: field(body, "skip_if_no_code")?,
            active: field(body, "active")?,
            retry_conditions: field(body, "retry_conditions")?,
            only_va: field(body, "only_va")?,
            bank_sub_account_ids: field(body, "bank_sub_account_ids")?,
            oauth2_access_token_url: field(body, "oauth2_access_token_url")?,
            oauth2_client_id: field(body, "oauth2_client_id")?,
            oauth2_client_secret: field(body, "oauth2_client_secret")?,
            api_key: field(body, "api_key")?,
            request_content_type: field(body, "request_content_type")?,
        })
    }

    fn apply(self, gateway: &Gateway, webhook: &mut Webhook) -> Result<(), Problem> {
        if let Some(id) = self.bank_account_id {
            let known = account(gateway, id).map_err(|_| invalid("bank_account_id"))?;
            webhook.account = Some(known.id);
        }
        if let Some(name) = self.name {
            webhook.name = name;
        }
        if let Some(event) = self.event_type {
            webhook.direction = match event.as_str() {
                "All" => None,
                "In_only" => Some(Direction::In),
                "Out_only" => Some(Direction::Out),
                _ => return Err(invalid("event_type")),
            };
        }
        if let Some(url) = self.webhook_url {
            webhook.url = usable(gateway, &url).ok_or_else(|| invalid("webhook_url"))?;
        }
        for (name, given, target) in [
            ("is_verify_payment", self.is_verify_payment, &mut webhook.is_verify_payment),
            ("skip_if_no_code", self.skip_if_no_code, &mut webhook.skip_if_no_code),
            ("active", self.active, &mut webhook.active),
            (
                "retry_conditions",
                self.retry_conditions.map(|conditions| conditions.non_2xx_status_code),
                &mut webhook.retry_error_status,
            ),
        ] {
            if let Some(bit) = given {
                *target = bit_of(name, bit)?;
            }
        }
        if let Some(only) = self.only_va {
            let numbers = self.bank_sub_account_ids.unwrap_or_default();
            webhook.only_va = match (bit_of("only_va", only)?, numbers.is_empty()) {
                (false, _) => None,
                (true, true) => return Err(invalid("bank_sub_account_ids")),
                (true, false) => Some(sub_accounts(gateway, webhook, &numbers)?),
            };
        }
        if let Some(authen) = self.authen_type {
            let needed = |name, field: Option<String>| field.ok_or_else(|| invalid(name));
            webhook.auth = match authen.as_str() {
                "No_Authen" => WebhookAuth::None,
                "Api_Key" => WebhookAuth::ApiKey { key: needed("api_key", self.api_key)? },
                "OAuth2.0" => {
                    let url = needed("oauth2_access_token_url", self.oauth2_access_token_url)?;
                    WebhookAuth::OAuth2 {
                        token_url: usable(gateway, &url)
                            .ok_or_else(|| invalid("oauth2_access_token_url"))?,
                        client_id: needed("oauth2_client_id", self.oauth2_client_id)?,
                        client_secret: needed("oauth2_client_secret", self.oauth2_client_secret)?,
                    }
                }
                _ => return Err(invalid("authen_type")),
            };
            if authen != "OAuth2.0" {
                webhook.body =
                    match needed("request_content_type", self.request_content_type)?.as_str() {
                        "Json" => WebhookBody::Json,
                        "multipart_form-data" => WebhookBody::Multipart,
                        _ => return Err(invalid("request_content_type")),
                    };
            }
        }
        Ok(())
    }
}

/// The numbers of the sub-accounts of the webhook's bank account with these ids.
fn sub_accounts(gateway: &Gateway, webhook: &Webhook, ids: &[u64]) -> Result<Vec<String>, Problem> {
    let books = gateway.books();
    let parent = books.accounts().iter().find(|it| Some(&it.id) == webhook.account.as_ref());
    let of = |id: &u64| {
        let place = usize::try_from(id.checked_sub(1)?).ok()?;
        parent?.sub_accounts.get(place).cloned()
    };
    ids.iter().map(|id| of(id).ok_or_else(|| invalid("bank_sub_account_ids"))).collect()
}

fn bit_of(name: &'static str, bit: u8) -> Result<bool, Problem> {
    match bit {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(invalid(name)),
    }
}

/// Accepts addresses that notifications can be sent to; SePay itself accepts public https addresses.
fn usable(gateway: &Gateway, text: &str) -> Option<Uri> {
    let destinations = match gateway.settings.destinations() {
        Destinations::Anywhere => Destinations::Anywhere,
        _ => Destinations::LoopbackOnly,
    };
    destinations.check(text).ok()
}

fn invalid(field: &str) -> Problem {
    Problem::Invalid(field.to_owned())
}

/// A webhook as responses show it; flags are booleans.
#[derive(Serialize)]
struct Row {
    id: u64,
    bank_account_id: Option<u64>,
    name: String,
    event_type: &'static str,
    authen_type: &'static str,
    webhook_url: String,
    is_verify_payment: bool,
    skip_if_no_code: bool,
    retry_conditions: Value,
    only_va: bool,
    active: bool,
    created_at: String,
    api_key: Option<String>,
    request_content_type: &'static str,
    bank_sub_account_ids: Vec<u64>,
    prefix_filters: [(); 0],
}

impl Row {
    fn of(gateway: &Gateway, webhook: &Webhook) -> Self {
        let accounts = accounts(gateway);
        let parent = accounts.iter().find(|(_, it)| Some(&it.id) == webhook.account.as_ref());
        let numbered = parent.map(|(_, account)| (1..).zip(&account.sub_accounts));
        let chosen = webhook.only_va.clone().unwrap_or_default();
        Self {
            id: webhook.id,
            bank_account_id: parent.map(|(id, _)| *id),
            name: webhook.name.clone(),
            event_type: match webhook.direction {
                None => "All",
                Some(Direction::In) => "In_only",
                Some(Direction::Out) => "Out_only",
            },
            authen_type: match webhook.auth {
                WebhookAuth::None => "No_Authen",
                WebhookAuth::ApiKey { .. } => "Api_Key",
                WebhookAuth::HmacSha256 { .. } => "HMAC_SHA256",
                WebhookAuth::OAuth2 { .. } => "OAuth2.0",
            },
            webhook_url: webhook.url.to_string(),
            is_verify_payment: webhook.is_verify_payment,
            skip_if_no_code: webhook.skip_if_no_code,
            retry_conditions: json!({ "non_2xx_status_code": u8::from(webhook.retry_error_status) }),
            only_va: webhook.only_va.is_some(),
            active: webhook.active,
            created_at: civil::print(webhook.created_at),
            api_key: match &webhook.auth {
                WebhookAuth::ApiKey { key } => Some(key.clone()),
                _ => None,
            },
            request_content_type: match webhook.body {
                WebhookBody::Json => "Json",
                WebhookBody::Form => "application_x-www-form-urlencoded",
                WebhookBody::Multipart => "multipart_form-data",
            },
            bank_sub_account_ids: numbered
                .into_iter()
                .flatten()
                .filter(|(_, number)| chosen.contains(number))
                .map(|(id, _)| id)
                .collect(),
            prefix_filters: [],
        }
    }
}
