//! Registering webhooks (developer.sepay.vn, SePay OAuth2: webhooks).

use http::Method;
use payments_core::{Error, Result, Submission, check_web_address};

use super::{
    Connection,
    connection::{PER_PAGE, json},
};
use crate::{
    map,
    oauth::{
        NewWebhook, NewWebhookAuth, Page, Webhook, WebhookChanges, WebhookFilter, WebhookReceipt,
    },
    wire,
};

/// Webhooks.
impl Connection {
    /// A page of the webhooks, from 1.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn webhooks(&self, filter: &WebhookFilter, page: u32) -> Result<Page<Webhook>> {
        const OPERATION: &str = "oauth_webhooks";
        let query = [
            filter.url.clone().map(|url| ("webhook_url", url)),
            filter.api_key.as_ref().map(|key| ("api_key", key.expose().to_owned())),
            filter.active.map(|active| ("active", u8::from(active).to_string())),
        ];
        let query = query.into_iter().flatten().collect();
        let response = self.list(OPERATION, "/webhooks", query, page).await?;
        let read = |row: &wire::oauth::Webhook<'_>| map::oauth::webhook(row).map(Some);
        map::oauth::page(OPERATION, &response, PER_PAGE, read)
    }

    /// One webhook; `None` if SePay does not know it.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn webhook(&self, id: u64) -> Result<Option<Webhook>> {
        const OPERATION: &str = "oauth_webhook";
        let answer = self.ask(OPERATION, &format!("/webhooks/{id}"), &[]).await;
        map::known(answer.and_then(|response| {
            map::oauth::one(OPERATION, &response, |row: &wire::oauth::Webhook<'_>| {
                map::oauth::webhook(row)
            })
        }))
    }

    /// Registers a webhook. After an uncertain answer look for its address with
    /// [`webhooks`](Self::webhooks): another one would be told the same twice.
    ///
    /// # Errors
    /// Nothing was registered: a field cannot be honoured, or nothing left this machine.
    pub async fn create_webhook(&self, webhook: &NewWebhook) -> Result<Submission<WebhookReceipt>> {
        check(&webhook.0)?;
        let body = json(&map::oauth::request(&webhook.0))?;
        self.instruct("oauth_create_webhook", Method::POST, "/webhooks", body).await
    }

    /// Changes a webhook.
    ///
    /// # Errors
    /// Nothing was changed: a field cannot be honoured, or nothing left this machine.
    pub async fn update_webhook(
        &self,
        id: u64,
        changes: &WebhookChanges,
    ) -> Result<Submission<WebhookReceipt>> {
        check(changes)?;
        let body = json(&map::oauth::request(changes))?;
        if body == b"{}" {
            return Err(Error::invalid("changes", "says nothing to change"));
        }
        let path = format!("/webhooks/{id}");
        self.instruct("oauth_update_webhook", Method::PATCH, &path, body).await
    }

    /// Deletes a webhook.
    ///
    /// # Errors
    /// Nothing was deleted: nothing left this machine.
    pub async fn delete_webhook(&self, id: u64) -> Result<Submission<WebhookReceipt>> {
        let path = format!("/webhooks/{id}");
        self.instruct("oauth_delete_webhook", Method::DELETE, &path, Vec::new()).await
    }
}

/// What SePay would refuse, or take for something else.
fn check(webhook: &WebhookChanges) -> Result<()> {
    let address = |field: &'static str, text: &str| {
        check_web_address(text).map_err(|problem| Error::invalid(field, problem))
    };
    if let Some(url) = &webhook.url {
        address("webhook_url", url)?;
    }
    if let Some(NewWebhookAuth::OAuth2 { access_token_url, .. }) = &webhook.auth {
        address("oauth2_access_token_url", access_token_url)?;
    }
    if webhook.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(Error::invalid("name", "is empty"));
    }
    if webhook.only_va == Some(true)
        && webhook.bank_sub_account_ids.as_ref().is_none_or(Vec::is_empty)
    {
        return Err(Error::invalid(
            "bank_sub_account_ids",
            "is empty; a webhook for sub-accounts only names them",
        ));
    }
    Ok(())
}
