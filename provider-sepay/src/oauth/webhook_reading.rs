//! Converts SePay's words about registered webhooks, in requests and responses.

use payments_core::Secret;

use super::{
    status::{webhook_auth, webhook_body, webhook_body_word, webhook_event, webhook_event_word},
    webhook::{NewWebhookAuth, Webhook, WebhookChanges},
    wire,
};
use crate::field::{Unclear, on, owned, said, time};

pub(crate) fn webhook(row: &wire::Webhook<'_>) -> Result<Webhook, Unclear> {
    let conditions = row.retry_conditions.map(|raw| raw.get());
    let conditions = conditions.and_then(|json| serde_json::from_str(json).ok());
    Ok(Webhook {
        id: row.id,
        bank_account_id: row.bank_account_id,
        name: owned(&row.name),
        event: said(&row.event_type).map(webhook_event),
        auth: said(&row.authen_type).map(webhook_auth),
        url: owned(&row.webhook_url),
        is_verify_payment: on(row.is_verify_payment),
        skip_if_no_code: on(row.skip_if_no_code),
        retry_on_error_status: conditions
            .and_then(|conditions: wire::RetryConditions| on(conditions.non_2xx_status_code)),
        only_va: on(row.only_va),
        active: on(row.active),
        created_at: time(&row.created_at),
        api_key: said(&row.api_key).and_then(|key| Secret::new(key).ok()),
        body: said(&row.request_content_type).map(webhook_body),
        bank_sub_account_ids: row.bank_sub_account_ids.clone().unwrap_or_default(),
        prefix_filters: row
            .prefix_filters
            .iter()
            .flatten()
            .map(|prefix| prefix.as_str().to_owned())
            .collect(),
    })
}

/// Returns the request for these changes, or for a new webhook with them.
pub(crate) fn request(changes: &WebhookChanges) -> wire::WebhookRequest<'_> {
    let bit = |on: Option<bool>| on.map(u8::from);
    let mut request = wire::WebhookRequest {
        bank_account_id: changes.bank_account_id,
        name: changes.name.as_deref(),
        event_type: changes.event.as_ref().map(webhook_event_word),
        webhook_url: changes.url.as_deref(),
        is_verify_payment: bit(changes.is_verify_payment),
        skip_if_no_code: bit(changes.skip_if_no_code),
        active: bit(changes.active),
        retry_conditions: changes
            .retry_on_error_status
            .map(|retry| wire::RetryConditionsRequest { non_2xx_status_code: retry.into() }),
        only_va: bit(changes.only_va),
        bank_sub_account_ids: changes.bank_sub_account_ids.as_deref(),
        ..wire::WebhookRequest::default()
    };
    match &changes.auth {
        None => {}
        Some(NewWebhookAuth::None { body }) => {
            request.authen_type = Some("No_Authen");
            request.request_content_type = Some(webhook_body_word(body));
        }
        Some(NewWebhookAuth::ApiKey { key, body }) => {
            request.authen_type = Some("Api_Key");
            request.api_key = Some(key.expose());
            request.request_content_type = Some(webhook_body_word(body));
        }
        Some(NewWebhookAuth::OAuth2 { access_token_url, client_id, client_secret }) => {
            request.authen_type = Some("OAuth2.0");
            request.oauth2_access_token_url = Some(access_token_url);
            request.oauth2_client_id = Some(client_id);
            request.oauth2_client_secret = Some(client_secret.expose());
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::webhook::{NewWebhook, WebhookAuth, WebhookBody, WebhookEvent};
    use serde_json::{Value, json};

    fn read(row: Value) -> Webhook {
        webhook(&serde_json::from_str(&row.to_string()).unwrap()).unwrap()
    }

    fn row() -> Value {
        json!({
            "id": 7, "bank_account_id": 19, "name": "Shop", "event_type": "In_only",
            "authen_type": "Api_Key", "webhook_url": "https://shop.example/bank",
            "is_verify_payment": true, "skip_if_no_code": false,
            "retry_conditions": { "non_2xx_status_code": 1 }, "only_va": true, "active": true,
            "created_at": "2025-02-12 21:32:29", "api_key": "canary-key",
            "request_content_type": "Json", "bank_sub_account_ids": [3, 4],
            "prefix_filters": ["DH"],
        })
    }

    #[test]
    fn every_field_of_a_webhook_is_read_and_its_key_never_prints() {
        let webhook = read(row());
        assert_eq!((webhook.id, webhook.bank_account_id), (7, Some(19)));
        assert_eq!(webhook.event, Some(WebhookEvent::In));
        assert_eq!(webhook.auth, Some(WebhookAuth::ApiKey));
        assert_eq!(webhook.body, Some(WebhookBody::Json));
        assert_eq!(webhook.is_verify_payment, Some(true));
        assert_eq!(webhook.skip_if_no_code, Some(false));
        assert_eq!(webhook.retry_on_error_status, Some(true));
        assert_eq!((webhook.only_va, webhook.active), (Some(true), Some(true)));
        assert_eq!(webhook.created_at.unwrap().to_string(), "2025-02-12T14:32:29Z");
        assert_eq!(webhook.bank_sub_account_ids, [3, 4]);
        assert_eq!(webhook.prefix_filters, ["DH"]);
        assert_eq!(webhook.api_key.as_ref().unwrap().expose(), "canary-key");
        assert!(!format!("{webhook:?}").contains("canary"));
    }

    #[test]
    fn a_detail_of_another_kind_is_no_detail() {
        let mut strange = row();
        strange["retry_conditions"] = json!([]);
        strange["is_verify_payment"] = json!(0);
        let webhook = read(strange);
        assert_eq!((webhook.retry_on_error_status, webhook.is_verify_payment), (None, Some(false)));
    }

    fn sent(changes: &WebhookChanges) -> Value {
        serde_json::to_value(request(changes)).unwrap()
    }

    #[test]
    fn yes_and_no_go_out_as_1_and_0_and_what_is_not_said_stays_away() {
        let key = Secret::new("k").unwrap();
        let auth = NewWebhookAuth::ApiKey { key, body: WebhookBody::Json };
        let webhook = NewWebhook::new(19, "Shop", "https://shop.example/bank", auth);
        assert_eq!(
            sent(&webhook.0),
            json!({
                "bank_account_id": 19, "name": "Shop", "event_type": "All",
                "authen_type": "Api_Key", "webhook_url": "https://shop.example/bank",
                "is_verify_payment": 1, "api_key": "k", "request_content_type": "Json",
                "retry_conditions": { "non_2xx_status_code": 1 },
            })
        );
        let changes = WebhookChanges::new()
            .with_active(false)
            .with_skip_if_no_code(true)
            .with_retry_on_error_status(true)
            .with_sub_accounts_only(vec![3]);
        assert_eq!(
            sent(&changes),
            json!({
                "active": 0, "skip_if_no_code": 1, "only_va": 1, "bank_sub_account_ids": [3],
                "retry_conditions": { "non_2xx_status_code": 1 },
            })
        );
    }

    #[test]
    fn each_authentication_sends_its_own_fields() {
        let with = |auth| sent(&WebhookChanges::new().with_auth(auth));
        assert_eq!(
            with(NewWebhookAuth::None { body: WebhookBody::Multipart }),
            json!({ "authen_type": "No_Authen", "request_content_type": "multipart_form-data" })
        );
        assert_eq!(
            with(NewWebhookAuth::OAuth2 {
                access_token_url: "https://shop.example/token".to_owned(),
                client_id: "shop".to_owned(),
                client_secret: Secret::new("s").unwrap(),
            }),
            json!({
                "authen_type": "OAuth2.0", "oauth2_access_token_url": "https://shop.example/token",
                "oauth2_client_id": "shop", "oauth2_client_secret": "s",
            })
        );
    }
}
