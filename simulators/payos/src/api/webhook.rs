//! The registration of the address of webhooks: `/confirm-webhook`.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};
use simulator_kit::{About, Outgoing, Schedule};

use super::{
    answer::{Signed, good, refused},
    credentials,
};
use crate::gateway::{Gateway, WEBHOOK, sample, signed_webhook};

pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new().route("/confirm-webhook", post(confirm))
}

/// Posts the sample to the address; an acknowledgement registers it.
async fn confirm(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = credentials::check(&headers, &gateway.settings.payment) {
        return refusal.into_response();
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(url) = body.get("webhookUrl").and_then(Value::as_str) else {
        return refused("20", "webhookUrl: webhookUrl must be a URL address").into_response();
    };
    if let Err(unusable) = gateway.settings.destinations.check(url) {
        return invalid(&unusable.to_string());
    }
    let signature = gateway.settings.data_signature(&sample());
    let Some(mut request) = signed_webhook(url, sample(), &signature) else {
        return invalid("no address");
    };
    request.extensions_mut().insert(About::new(WEBHOOK, "the sample of payOS"));
    let sent = gateway.outbox.send(Outgoing { request, schedule: Schedule::Once }).await;
    let why = match sent.first().map(|receipt| &receipt.answer) {
        Some(Ok(answer)) if answer.status().is_success() => {
            *gateway.webhook_url() = Some(url.to_owned());
            let account = &gateway.settings.account;
            let data = json!({
                "webhookUrl": url,
                "accountNumber": account.number,
                "accountName": account.holder,
                "name": account.bank,
                "shortName": account.bank,
            });
            return good(&data, Signed::Not);
        }
        Some(Ok(answer)) => format!("Request failed with status code {}", answer.status().as_u16()),
        Some(Err(why)) => why.clone(),
        None => "nothing was sent".to_owned(),
    };
    invalid(&why)
}

/// As seen: the reason stands where the data of a success would.
fn invalid(why: &str) -> Response {
    Json(json!({ "code": "20", "desc": "Webhook url invalid", "data": why })).into_response()
}
