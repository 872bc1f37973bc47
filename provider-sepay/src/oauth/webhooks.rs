//! Registering webhooks (source: developer.sepay.vn, SePay OAuth2: webhooks).

use payments_core::{Error, Result, Submission, check_web_address};

use super::{
    api,
    connection::{Connection, PER_PAGE},
    response::{one, page},
    webhook::{NewWebhook, NewWebhookAuth, Webhook, WebhookChanges, WebhookFilter, WebhookReceipt},
    webhook_reading::{request, webhook},
    wire,
};
use crate::{
    bank::user_api::Page,
    client::{Request, known},
};

/// Webhooks.
impl Connection {
    /// Returns a page of the registered webhooks. Pages are numbered from 1.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn webhooks(&self, filter: &WebhookFilter, number: u32) -> Result<Page<Webhook>> {
        let query = [
            filter.url.clone().map(|url| ("webhook_url", url)),
            filter.api_key.as_ref().map(|key| ("api_key", key.expose().to_owned())),
            filter.active.map(|active| ("active", u8::from(active).to_string())),
        ];
        let request = Request::to(&api::WEBHOOKS).with_query(query.into_iter().flatten());
        let response = self.list(request, number).await?;
        page(&response, PER_PAGE, |row: &wire::Webhook<'_>| webhook(row).map(Some))
    }

    /// Returns one webhook, or `None` if SePay does not know it.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn webhook(&self, id: u64) -> Result<Option<Webhook>> {
        let response = self.ask(&Request::of(&api::WEBHOOK, &[&id.to_string()])?).await?;
        known(one(&response, |row: &wire::Webhook<'_>| webhook(row)))
    }

    /// Registers a webhook. If the outcome is uncertain, search for its address with
    /// [`webhooks`](Self::webhooks) before registering it again, because two webhooks would report
    /// each transaction twice.
    ///
    /// # Errors
    /// Returns an error if a field is invalid, or if the request could not be sent. Nothing was
    /// registered.
    pub async fn create_webhook(&self, webhook: &NewWebhook) -> Result<Submission<WebhookReceipt>> {
        check(&webhook.0)?;
        let body = request(&webhook.0);
        self.instruct(&Request::to(&api::CREATE_WEBHOOK).with_json("body", &body)?).await
    }

    /// Changes a webhook.
    ///
    /// # Errors
    /// Returns an error if a field is invalid, or if the request could not be sent. Nothing was
    /// changed.
    pub async fn update_webhook(
        &self,
        id: u64,
        changes: &WebhookChanges,
    ) -> Result<Submission<WebhookReceipt>> {
        check(changes)?;
        if changes.is_empty() {
            return Err(Error::invalid("changes", "says nothing to change"));
        }
        let update = Request::of(&api::UPDATE_WEBHOOK, &[&id.to_string()])?;
        self.instruct(&update.with_json("body", &request(changes))?).await
    }

    /// Deletes a webhook.
    ///
    /// # Errors
    /// Returns an error if the request could not be sent. Nothing was deleted.
    pub async fn delete_webhook(&self, id: u64) -> Result<Submission<WebhookReceipt>> {
        self.instruct(&Request::of(&api::DELETE_WEBHOOK, &[&id.to_string()])?).await
    }
}

/// Checks for values that SePay would refuse or misinterpret.
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
