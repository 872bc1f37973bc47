//! Webhooks that a merchant registered, and requests to register or change one.

use payments_core::{Secret, Timestamp};

/// A webhook about bank transactions as registered at SePay (source: developer.sepay.vn, SePay
/// OAuth2: webhooks).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Webhook {
    /// SePay's number of the webhook.
    pub id: u64,
    /// SePay's number of the bank account whose transactions the webhook reports.
    pub bank_account_id: Option<u64>,
    /// The merchant's own name for the webhook.
    pub name: Option<String>,
    /// The transactions that the webhook reports.
    pub event: Option<WebhookEvent>,
    /// The authentication of the webhook.
    pub auth: Option<WebhookAuth>,
    /// The address that the webhook is sent to.
    pub url: Option<String>,
    /// Whether the webhook counts as the proof of a payment.
    pub is_verify_payment: Option<bool>,
    /// Whether transactions without a payment code are skipped.
    pub skip_if_no_code: Option<bool>,
    /// Whether SePay sends the webhook again after a status outside 200–299.
    pub retry_on_error_status: Option<bool>,
    /// Whether only transactions on sub-accounts are reported.
    pub only_va: Option<bool>,
    /// Whether the webhook is active.
    pub active: Option<bool>,
    /// The time at which the webhook was registered.
    pub created_at: Option<Timestamp>,
    /// The key of the webhook, if it has one. SePay may return it in clear text.
    pub api_key: Option<Secret>,
    /// The format of the body.
    pub body: Option<WebhookBody>,
    /// SePay's numbers of the sub-accounts whose transactions the webhook reports.
    pub bank_sub_account_ids: Vec<u64>,
    /// The prefixes of the payment codes to which the webhook is limited.
    pub prefix_filters: Vec<String>,
}

/// The transactions that a webhook reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// `All`: money that arrives and money that leaves.
    All,
    /// `In_only`: money that arrives.
    In,
    /// `Out_only`: money that leaves.
    Out,
    /// A value that SePay does not document.
    Other(String),
}

/// The authentication of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookAuth {
    /// `No_Authen`: no authentication.
    None,
    /// `Api_Key`: a key in a header.
    ApiKey,
    /// `OAuth2.0`: a token that SePay obtains from the shop.
    OAuth2,
    /// `HMAC_SHA256`: a signature over the timestamp and the body.
    HmacSha256,
    /// A value that SePay does not document.
    Other(String),
}

/// The format of a webhook's body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookBody {
    /// `Json`.
    Json,
    /// `multipart_form-data`.
    Multipart,
    /// A value that SePay does not document.
    Other(String),
}

/// The authentication of a webhook to register.
///
/// HMAC can be set on SePay's dashboard only, because SePay does not document the name under which
/// its API accepts the secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NewWebhookAuth {
    /// No authentication.
    None {
        /// The format of the body.
        body: WebhookBody,
    },
    /// A key in a header.
    ApiKey {
        /// The key, as in `webhook_api_key` of the configuration.
        key: Secret,
        /// The format of the body.
        body: WebhookBody,
    },
    /// A token that SePay obtains from the shop.
    OAuth2 {
        /// The address of the endpoint [`BANK_TOKEN`](crate::BANK_TOKEN).
        access_token_url: String,
        /// The client id, as in `webhook_client_id` of the configuration.
        client_id: String,
        /// The client secret, as in `webhook_client_secret` of the configuration.
        client_secret: Secret,
    },
}

/// A request to register a webhook.
#[derive(Clone, Debug)]
pub struct NewWebhook(pub(crate) WebhookChanges);

/// Changes to a webhook. Settings that are not set here stay as they are.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WebhookChanges {
    pub(crate) bank_account_id: Option<u64>,
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) auth: Option<NewWebhookAuth>,
    pub(crate) event: Option<WebhookEvent>,
    pub(crate) is_verify_payment: Option<bool>,
    pub(crate) skip_if_no_code: Option<bool>,
    pub(crate) retry_on_error_status: Option<bool>,
    pub(crate) only_va: Option<bool>,
    pub(crate) bank_sub_account_ids: Option<Vec<u64>>,
    pub(crate) active: Option<bool>,
}

/// A filter of the webhooks to list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WebhookFilter {
    /// Selects webhooks whose address contains this text.
    pub url: Option<String>,
    /// Selects webhooks with this key.
    pub api_key: Option<Secret>,
    /// Selects webhooks by whether they are active.
    pub active: Option<bool>,
}

/// SePay's response after it registered, changed or deleted a webhook. SePay's documentation shows
/// no such response; the field with the number of a new webhook is taken from other people's code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookReceipt {
    /// SePay's number of the webhook. `None` if the response has none.
    pub id: Option<u64>,
}

impl NewWebhook {
    /// Creates a request for a webhook that reports all transactions of a bank account to `url`,
    /// counts as the proof of payments, and is repeated after a status outside 200–299. Without
    /// this setting SePay sends a webhook again only if it got no response at all, so a delivery
    /// that the shop could not handle at that moment would be lost.
    pub fn new(
        bank_account_id: u64,
        name: impl Into<String>,
        url: impl Into<String>,
        auth: NewWebhookAuth,
    ) -> Self {
        Self(
            WebhookChanges::new()
                .with_bank_account_id(bank_account_id)
                .with_name(name)
                .with_url(url)
                .with_auth(auth)
                .with_event(WebhookEvent::All)
                .with_verify_payment(true)
                .with_retry_on_error_status(true),
        )
    }

    /// Changes some settings of the request.
    ///
    /// ```
    /// use payments_core::Secret;
    /// use provider_sepay::oauth::{NewWebhook, NewWebhookAuth, WebhookBody, WebhookEvent};
    ///
    /// let auth = NewWebhookAuth::ApiKey { key: Secret::new("k")?, body: WebhookBody::Json };
    /// let webhook = NewWebhook::new(19, "Shop", "https://shop.example/hooks/bank", auth)
    ///     .with(|webhook| webhook.with_event(WebhookEvent::In));
    /// # Ok::<(), payments_core::SecretError>(())
    /// ```
    #[must_use]
    pub fn with(self, change: impl FnOnce(WebhookChanges) -> WebhookChanges) -> Self {
        Self(change(self.0))
    }
}

impl WebhookFilter {
    /// Creates a filter that matches every webhook.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects webhooks whose address contains this text.
    #[must_use]
    pub fn with_url(mut self, part: impl Into<String>) -> Self {
        self.url = Some(part.into());
        self
    }

    /// Selects webhooks with this key.
    #[must_use]
    pub fn with_api_key(mut self, key: Secret) -> Self {
        self.api_key = Some(key);
        self
    }

    /// Selects webhooks by whether they are active.
    #[must_use]
    pub fn with_active(mut self, active: bool) -> Self {
        self.active = Some(active);
        self
    }
}

impl WebhookChanges {
    /// Creates an empty set of changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns `true` if nothing is changed.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            bank_account_id,
            name,
            url,
            auth,
            event,
            is_verify_payment,
            skip_if_no_code,
            retry_on_error_status,
            only_va,
            bank_sub_account_ids,
            active,
        } = self;
        bank_account_id.is_none()
            && name.is_none()
            && url.is_none()
            && auth.is_none()
            && event.is_none()
            && is_verify_payment.is_none()
            && skip_if_no_code.is_none()
            && retry_on_error_status.is_none()
            && only_va.is_none()
            && bank_sub_account_ids.is_none()
            && active.is_none()
    }

    /// Sets the bank account whose transactions the webhook reports.
    #[must_use]
    pub fn with_bank_account_id(mut self, id: u64) -> Self {
        self.bank_account_id = Some(id);
        self
    }

    /// Sets the name of the webhook.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the address that the webhook is sent to.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets the authentication of the webhook.
    #[must_use]
    pub fn with_auth(mut self, auth: NewWebhookAuth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Sets the transactions that the webhook reports.
    #[must_use]
    pub fn with_event(mut self, event: WebhookEvent) -> Self {
        self.event = Some(event);
        self
    }

    /// Sets whether the webhook counts as the proof of a payment.
    #[must_use]
    pub fn with_verify_payment(mut self, verify: bool) -> Self {
        self.is_verify_payment = Some(verify);
        self
    }

    /// Sets whether transactions without a payment code are skipped. It is better not to skip them:
    /// this crate finds payment codes that a bank has altered, and SePay does not.
    #[must_use]
    pub fn with_skip_if_no_code(mut self, skip: bool) -> Self {
        self.skip_if_no_code = Some(skip);
        self
    }

    /// Sets whether SePay sends the webhook again after a status outside 200–299.
    #[must_use]
    pub fn with_retry_on_error_status(mut self, retry: bool) -> Self {
        self.retry_on_error_status = Some(retry);
        self
    }

    /// Limits the webhook to transactions on these sub-accounts.
    #[must_use]
    pub fn with_sub_accounts_only(mut self, ids: Vec<u64>) -> Self {
        self.only_va = Some(true);
        self.bank_sub_account_ids = Some(ids);
        self
    }

    /// Removes the limit to sub-accounts, so that transactions on every account are reported.
    #[must_use]
    pub fn with_every_account(mut self) -> Self {
        self.only_va = Some(false);
        self.bank_sub_account_ids = None;
        self
    }

    /// Sets whether the webhook is active.
    #[must_use]
    pub fn with_active(mut self, active: bool) -> Self {
        self.active = Some(active);
        self
    }
}
