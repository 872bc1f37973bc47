//! The methods that only SePay has, in addition to the roles.

use std::sync::Arc;

use futures_util::stream::BoxStream;
use payments_core::{
    Error, Listed, OrderRef, Result, Submission,
    payment::{Payment, PostForm},
    statement::StatementAccount,
};

#[cfg(feature = "oauth")]
use crate::oauth::OAuthApp;
use crate::{
    bank::{Accounts, UserApiV1, UserApiV2},
    payment_gateway::{Gateway, Order, OrderPage, OrderQuery, Verification},
};

/// The methods that only SePay has: the orders of its payment gateway, both versions of its User
/// API, and OAuth2. Each is available if it is configured.
///
/// [`Provider::extension`](payments_core::Provider::extension) returns it. It uses the same
/// transport as the roles:
///
/// ```
/// use payments_core::{OrderRef, Provider, Submission};
/// use provider_sepay::SePay;
///
/// async fn void(provider: &Provider, order: &OrderRef) -> payments_core::Result<()> {
///     match provider.extension::<SePay>()?.void_transaction(order).await? {
///         Submission::Accepted(_) => println!("the card is not charged"),
///         Submission::Declined(decline) if decline.is_confirmed() => {
///             println!("too late? {decline}");
///         }
///         Submission::Declined(_) | Submission::Uncertain(_) => {
///             println!("ask later with find_payment");
///         }
///     }
///     Ok(())
/// }
/// # let _ = void;
/// ```
#[derive(Clone, Debug)]
pub struct SePay {
    gateway: Option<Gateway>,
    user_api: Option<(UserApiV1, UserApiV2)>,
    accounts: Option<Arc<Accounts>>,
    #[cfg(feature = "oauth")]
    oauth: Option<OAuthApp>,
}

impl SePay {
    pub(crate) fn new(gateway: Option<Gateway>) -> Self {
        Self {
            gateway,
            user_api: None,
            accounts: None,
            #[cfg(feature = "oauth")]
            oauth: None,
        }
    }

    /// Adds both versions of the User API, which use the same token.
    pub(crate) fn with_user_api(mut self, v1: UserApiV1, v2: UserApiV2) -> Self {
        self.user_api = Some((v1, v2));
        self
    }

    /// Returns the User API v2: bank accounts, transactions, virtual accounts, and orders with
    /// their own virtual accounts.
    ///
    /// # Errors
    /// Returns [`Unsupported`](payments_core::ErrorKind::Unsupported) if no `api_token` is
    /// configured.
    pub fn user_api_v2(&self) -> Result<&UserApiV2> {
        self.user_api.as_ref().map(|(_, v2)| v2).ok_or_else(no_token)
    }

    /// Returns the User API v1, for programs that were built on it. SePay no longer extends this
    /// version.
    ///
    /// # Errors
    /// Returns [`Unsupported`](payments_core::ErrorKind::Unsupported) if no `api_token` is
    /// configured.
    pub fn user_api_v1(&self) -> Result<&UserApiV1> {
        self.user_api.as_ref().map(|(v1, _)| v1).ok_or_else(no_token)
    }

    /// Adds the bank accounts that the token can see.
    pub(crate) fn with_accounts(mut self, accounts: Option<Accounts>) -> Self {
        self.accounts = accounts.map(Arc::new);
        self
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn with_oauth(mut self, app: Option<OAuthApp>) -> Self {
        self.oauth = app;
        self
    }

    /// Returns the app that SePay registered for OAuth2. Needs the feature `oauth`.
    ///
    /// # Errors
    /// Returns [`Unsupported`](payments_core::ErrorKind::Unsupported) if OAuth2 is not configured.
    #[cfg(feature = "oauth")]
    pub fn oauth(&self) -> Result<&OAuthApp> {
        self.oauth.as_ref().ok_or_else(|| {
            Error::unsupported(
                "OAuth2 is not configured; give `oauth_client_id`, `oauth_client_secret` and \
                 `oauth_redirect_url`",
            )
        })
    }
}

/// The payment gateway: verifications, orders, voids.
impl SePay {
    /// Returns a form by which the buyer proves a card or an account without paying. No request is
    /// sent here; the buyer's browser posts the form.
    ///
    /// # Errors
    /// Returns an error if the payment gateway is not configured, or if a field cannot be part of a
    /// form.
    pub fn verification(&self, request: &Verification) -> Result<PostForm> {
        self.gateway()?.checkout.verify(request)
    }

    /// Voids a card payment before it settles, so that the buyer's card is not charged.
    ///
    /// Only captured card payments can be voided, and only until they settle: one day later for a
    /// payment before 16:00, two days later for other payments, and later over a weekend (source:
    /// developer.sepay.vn, payment gateway, API: void transaction). After an accepted void, the
    /// payment is refunded. If the future is dropped or wrapped in a timeout, the outcome is
    /// uncertain.
    ///
    /// # Errors
    /// Returns an error if the payment gateway is not configured, if the reference cannot be an
    /// invoice number, or if the request could not be sent. Nothing was voided.
    pub async fn void_transaction(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.gateway()?.orders.void(order).await
    }

    /// Returns one order with its transactions, by the merchant's reference or by SePay's own
    /// `order_id`. `None` if SePay does not know it: SePay creates an order only when the buyer
    /// reaches its page.
    ///
    /// # Errors
    /// The payment gateway is not configured, the request to SePay failed, or its response could
    /// not be read.
    pub async fn order(&self, reference_or_id: &str) -> Result<Option<Order>> {
        self.gateway()?.orders.detail(reference_or_id).await
    }

    /// Returns one page of the orders whose buyers have reached SePay's page.
    ///
    /// # Errors
    /// The payment gateway is not configured, the request to SePay failed, or its response could
    /// not be read.
    pub async fn orders_page(&self, query: &OrderQuery) -> Result<OrderPage> {
        let mut page = self.gateway()?.list.page(query).await?;
        page.orders.retain(|order| query.takes_row(order));
        Ok(page)
    }

    /// Returns a stream of the orders whose buyers have reached SePay's page, the oldest first
    /// unless the query sets another order. At most one page is in memory.
    ///
    /// An order that is created while the list is read is returned once. If the query has a
    /// `status`, an order that leaves this status meanwhile can move other orders to a page that
    /// was already read, so that the stream misses them. If every order matters, set no `status`.
    /// An error ends the stream. To continue, create a new stream whose `created_from` is the
    /// `created_at` of the last order that was returned. SePay lists orders created at or after
    /// `created_from`, so that order is returned a second time; recognise it by its `order_id`.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    /// use payments_core::{Provider, Result, Timestamp};
    /// use provider_sepay::{OrderQuery, SePay};
    ///
    /// async fn count(provider: &Provider, since: Timestamp) -> Result<usize> {
    ///     let query = OrderQuery::new().with_created_from(since);
    ///     let orders = provider.extension::<SePay>()?.orders(&query)?;
    ///     orders.try_fold(0, |count, _| async move { Ok(count + 1) }).await
    /// }
    /// # let _ = count;
    /// ```
    ///
    /// # Errors
    /// The payment gateway is not configured. In the stream: the request to SePay failed, or its
    /// response could not be read.
    pub fn orders(&self, query: &OrderQuery) -> Result<BoxStream<'static, Result<Listed<Order>>>> {
        Ok(self.gateway()?.list.every(query))
    }

    pub(crate) fn gateway(&self) -> Result<&Gateway> {
        self.gateway.as_ref().ok_or_else(|| {
            Error::unsupported(
                "the payment gateway is not configured; give `merchant_id` and `secret_key`",
            )
        })
    }
}

/// Bank accounts.
impl SePay {
    /// Returns the merchant's bank accounts, for a page or a check. They are requested at most once
    /// a minute, by the injected clock, and each balance has its time. The role's method
    /// [`accounts`](payments_core::StatementProvider::accounts) sends a request each time.
    ///
    /// # Errors
    /// No `api_token` is configured, the request to SePay failed, or its response could not be
    /// read.
    pub async fn kept_accounts(&self) -> Result<Arc<Vec<Listed<StatementAccount>>>> {
        self.accounts.as_ref().ok_or_else(no_token)?.get().await
    }

    /// Clears the cached accounts, so that the next call requests them from SePay.
    pub fn forget_accounts(&self) {
        if let Some(accounts) = &self.accounts {
            accounts.forget();
        }
    }
}

fn no_token() -> Error {
    Error::unsupported("the User API is not configured; give `api_token`")
}
