//! Webhooks that a merchant registered, and new ones.

use payments_core::{Secret, Timestamp};

/// A webhook about bank transactions, as SePay has it registered (developer.sepay.vn, SePay OAuth2:
/// webhooks).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Webhook {
    /// SePay's number for it.
    pub id: u64,
    /// The bank account whose transactions it tells.
    pub bank_account_id: Option<u64>,
    /// What the merchant calls it.
    pub name: Option<String>,
    /// Which transactions it tells.
    pub event: Option<WebhookEvent>,
    /// How SePay says that it is its own.
    pub auth: Option<WebhookAuth>,
    /// Where it goes.
    pub url: Option<String>,
    /// Whether it is taken as the proof of a payment.
    pub is_verify_payment: Option<bool>,
    /// Whether transactions without a payment code are left out.
    pub skip_if_no_code: Option<bool>,
    /// Whether it is sent again after a status outside 200–299.
    pub retry_on_error_status: Option<bool>,
    /// Whether only transactions on sub-accounts are told.
    pub only_va: Option<bool>,
    /// Whether it is sent at all.
    pub active: Option<bool>,
    /// Since when it is registered.
    pub created_at: Option<Timestamp>,
    /// The key that it carries, where it carries one. SePay may tell it in clear.
    pub api_key: Option<Secret>,
    /// How its body is written.
    pub body: Option<WebhookBody>,
    /// The sub-accounts whose transactions it tells.
    pub bank_sub_account_ids: Vec<u64>,
    /// The prefixes of payment codes that it is for.
    pub prefix_filters: Vec<String>,
}

/// Which transactions a webhook tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// `All`.
    All,
    /// `In_only`: money that arrives.
    In,
    /// `Out_only`: money that leaves.
    Out,
    /// A word that SePay documents nowhere.
    Other(String),
}

/// How SePay says that a webhook is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookAuth {
    /// `No_Authen`: not at all.
    None,
    /// `Api_Key`: a key sent along.
    ApiKey,
    /// `OAuth2.0`: a token fetched from the shop.
    OAuth2,
    /// `HMAC_SHA256`: a signature over time and body.
    HmacSha256,
    /// A word that SePay documents nowhere.
    Other(String),
}

/// How the body of a webhook is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookBody {
    /// `Json`.
    Json,
    /// `multipart_form-data`.
    Multipart,
    /// A word that SePay documents nowhere.
    Other(String),
}

/// How a new webhook says that it is SePay's own.
///
/// HMAC is set on SePay's dashboard only: under which name its API takes the secret is documented
/// nowhere.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NewWebhookAuth {
    /// Not at all.
    None {
        /// How the body is written.
        body: WebhookBody,
    },
    /// A key sent along.
    ApiKey {
        /// The key; `webhook_api_key` of the configuration.
        key: Secret,
        /// How the body is written.
        body: WebhookBody,
    },
    /// A token that SePay fetches from the shop.
    OAuth2 {
        /// Where: the address of the endpoint [`BANK_TOKEN`](crate::BANK_TOKEN).
        access_token_url: String,
        /// `webhook_client_id` of the configuration.
        client_id: String,
        /// `webhook_client_secret` of the configuration.
        client_secret: Secret,
    },
}

/// A webhook to register.
#[derive(Clone, Debug)]
pub struct NewWebhook(pub(crate) WebhookChanges);

/// What to change of a webhook; the rest stays.
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

/// Which webhooks to list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WebhookFilter {
    /// Only those whose address holds this.
    pub url: Option<String>,
    /// Only those with this key.
    pub api_key: Option<Secret>,
    /// Only those that are sent, or only those that are not.
    pub active: Option<bool>,
}

/// What SePay says after it registered, changed or deleted a webhook. Its pages show no such
/// answer; the number of a new webhook is what others read there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookReceipt {
    /// SePay's number for the webhook.
    pub id: Option<u64>,
}

impl NewWebhook {
    /// A webhook that tells the transactions of a bank account to `url`, money that arrives and
    /// money that leaves, is taken as the proof of payments, and is sent again after an answer
    /// outside 200–299. Without that SePay sends again only what it had no answer to, and a delivery
    /// that the shop could not handle just then would be lost.
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

    /// The same with some changes.
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
    /// Every webhook.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those whose address holds this.
    #[must_use]
    pub fn with_url(mut self, part: impl Into<String>) -> Self {
        self.url = Some(part.into());
        self
    }

    /// Only those with this key.
    #[must_use]
    pub fn with_api_key(mut self, key: Secret) -> Self {
        self.api_key = Some(key);
        self
    }

    /// Only those that are sent, or only those that are not.
    #[must_use]
    pub fn with_active(mut self, active: bool) -> Self {
        self.active = Some(active);
        self
    }
}

impl WebhookChanges {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is to change.
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

    /// Tells the transactions of another bank account.
    #[must_use]
    pub fn with_bank_account_id(mut self, id: u64) -> Self {
        self.bank_account_id = Some(id);
        self
    }

    /// Gives it another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sends it elsewhere.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Authenticates it in another way.
    #[must_use]
    pub fn with_auth(mut self, auth: NewWebhookAuth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Tells only these transactions.
    #[must_use]
    pub fn with_event(mut self, event: WebhookEvent) -> Self {
        self.event = Some(event);
        self
    }

    /// Whether it is taken as the proof of a payment.
    #[must_use]
    pub fn with_verify_payment(mut self, verify: bool) -> Self {
        self.is_verify_payment = Some(verify);
        self
    }

    /// Whether transactions without a payment code are left out. Leave them in: a code that a bank
    /// changed is found here and not by SePay.
    #[must_use]
    pub fn with_skip_if_no_code(mut self, skip: bool) -> Self {
        self.skip_if_no_code = Some(skip);
        self
    }

    /// Whether it is sent again after a status outside 200–299.
    #[must_use]
    pub fn with_retry_on_error_status(mut self, retry: bool) -> Self {
        self.retry_on_error_status = Some(retry);
        self
    }

    /// Tells transactions on these sub-accounts only.
    #[must_use]
    pub fn with_sub_accounts_only(mut self, ids: Vec<u64>) -> Self {
        self.only_va = Some(true);
        self.bank_sub_account_ids = Some(ids);
        self
    }

    /// Tells transactions on every account again.
    #[must_use]
    pub fn with_every_account(mut self) -> Self {
        self.only_va = Some(false);
        self.bank_sub_account_ids = None;
        self
    }

    /// Whether it is sent at all.
    #[must_use]
    pub fn with_active(mut self, active: bool) -> Self {
        self.active = Some(active);
        self
    }
}
