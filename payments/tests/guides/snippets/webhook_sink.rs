use std::sync::Arc;

use payments::{
    Secret,
    engine::{WebhookKey, WebhookSink},
    transport::{HttpClient, HttpClientSettings},
    webhook_client,
};

/// Sends each change to the receiver's address, signed by a key that both share: `whsec_` and
/// 32 random bytes as Base64.
pub fn sink(url: &str, key: &str) -> Result<WebhookSink, Box<dyn std::error::Error>> {
    let key = WebhookKey::new(&Secret::new(key)?)?;
    let client = Arc::new(HttpClient::new(HttpClientSettings::default())?);
    Ok(WebhookSink::new(url, [key], webhook_client(client))?)
}
