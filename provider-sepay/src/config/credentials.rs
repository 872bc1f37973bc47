//! The parts of a configuration that no other provider may share: the merchant, the token and the
//! secrets.

use payments_core::{Provider, signature::Keys};

use super::settings::Settings;
use crate::bank::webhook::WebhookAuth;

/// Reports them to the core, which refuses a program in which two providers share one.
pub(super) fn named(mut provider: Provider, settings: &Settings) -> Provider {
    if let Some(gateway) = &settings.gateway {
        provider = provider
            .with_merchant("merchant_id", &gateway.merchant_id)
            .with_credential("secret_key", &gateway.secret_key);
        provider = with_each(provider, "ipn_secret", &gateway.ipn_secret);
    }
    if let Some(token) = &settings.api_token {
        provider = provider.with_credential("api_token", token);
    }
    #[cfg(feature = "oauth")]
    if let Some(app) = &settings.oauth {
        provider = provider.with_credential("oauth_client_secret", &app.client_secret);
    }
    match &settings.webhook {
        Some(WebhookAuth::Hmac { keys, .. }) => with_each(provider, "webhook_secret", keys),
        Some(WebhookAuth::ApiKey(keys)) => with_each(provider, "webhook_api_key", keys),
        Some(WebhookAuth::OAuth2(endpoint)) => {
            with_each(provider, "webhook_client_secret", endpoint.secrets())
        }
        Some(WebhookAuth::Unauthenticated) | None => provider,
    }
}

fn with_each(provider: Provider, key: &'static str, secrets: &Keys) -> Provider {
    secrets.iter().fold(provider, |provider, secret| provider.with_credential(key, secret))
}
