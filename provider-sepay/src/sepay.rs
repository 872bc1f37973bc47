//! What only SePay has, beside the roles.

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

/// What only SePay has: the orders of its payment gateway, both versions of its User API, and
/// OAuth2. Each is there where it is configured.
///
/// Reached through the provider, and over the same transport as everything else:
///
/// ```
/// use payments_core::{OrderRef, Provider, Submission};
/// use provider_sepay::SePay;
///
/// async fn void(provider: &Provider, order: &OrderRef) -> payments_core::Result<()> {
///     match provider.extension::<SePay>()?.void_transaction(order).await? {
///         Submission::Accepted(_) => println!("the card is not charged"),
///         Submission::Declined(decline) => println!("too late? {decline}"),
///         Submission::Uncertain(_) => println!("ask later with find_payment"),
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

    /// Adds both versions of the User API, which one token is for.
    pub(crate) fn with_user_api(mut self, v1: UserApiV1, v2: UserApiV2) -> Self {
        self.user_api = Some((v1, v2));
        self
    }

    /// The User API v2: bank accounts, transactions, virtual accounts and orders with their own.
    ///
    /// # Errors
    /// `Unsupported` if no `api_token` is configured.
    pub fn user_api_v2(&self) -> Result<&UserApiV2> {
        self.user_api.as_ref().map(|(_, v2)| v2).ok_or_else(no_token)
    }

    /// The User API v1, for what was built on it: SePay adds nothing to it any more.
    ///
    /// # Errors
    /// `Unsupported` if no `api_token` is configured.
    pub fn user_api_v1(&self) -> Result<&UserApiV1> {
        self.user_api.as_ref().map(|(v1, _)| v1).ok_or_else(no_token)
    }

    /// Adds the bank accounts that the token sees.
    pub(crate) fn with_accounts(mut self, accounts: Option<Accounts>) -> Self {
        self.accounts = accounts.map(Arc::new);
        self
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn with_oauth(mut self, app: Option<OAuthApp>) -> Self {
        self.oauth = app;
        self
    }

    /// The app that SePay registered for OAuth2. With the feature `oauth`.
    ///
    /// # Errors
    /// OAuth2 is not configured.
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
    /// A form by which the buyer shows a card or an account and pays nothing. Nothing is sent: the
    /// buyer's browser posts it.
    ///
    /// # Errors
    /// The payment gateway is not configured, or a field cannot stand in a form.
    pub fn verification(&self, request: &Verification) -> Result<PostForm> {
        self.gateway()?.checkout.verify(request)
    }

    /// Voids a card payment before it settles: the buyer's card is not charged.
    ///
    /// Only captured card payments, and only until they settle: one day after payments before
    /// 16:00, two days after later ones, later over a weekend (developer.sepay.vn, payment
    /// gateway, API: void transaction). An accepted void is a refunded payment. Dropping the
    /// future, or wrapping it in a timeout, leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was voided: the payment gateway is not configured, the reference cannot be an
    /// invoice number, or nothing left this machine.
    pub async fn void_transaction(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.gateway()?.orders.void(order).await
    }

    /// One order with its transactions, by the merchant's reference or by SePay's own `order_id`;
    /// `None` if SePay does not know it. It learns of an order when the buyer arrives.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or the payment gateway is not
    /// configured.
    pub async fn order(&self, reference_or_id: &str) -> Result<Option<Order>> {
        self.gateway()?.orders.detail(reference_or_id).await
    }

    /// A page of the orders that buyers arrived with.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or the payment gateway is not
    /// configured.
    pub async fn orders_page(&self, query: &OrderQuery) -> Result<OrderPage> {
        let mut page = self.gateway()?.list.page(query).await?;
        page.orders.retain(|order| query.takes_row(order));
        Ok(page)
    }

    /// The orders that buyers arrived with, page after page, the oldest first unless the query says
    /// otherwise. No more than a page is held at a time.
    ///
    /// An order that arrives meanwhile is told once. With a `status`, orders that leave it while
    /// the list is read can move others to a page that was read before: list them without it where
    /// each one counts. After an error the stream ends; another one with `created_from` goes on.
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
    /// response is not what SePay documents.
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
    /// Our bank accounts, for a page or a check: asked for once a minute by the injected clock, each
    /// balance with the time that it is of. The role's own
    /// [`accounts`](payments_core::StatementProvider::accounts) asks every time.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or no `api_token` is
    /// configured.
    pub async fn kept_accounts(&self) -> Result<Arc<Vec<Listed<StatementAccount>>>> {
        self.accounts.as_ref().ok_or_else(no_token)?.get().await
    }

    /// Asks for the accounts again the next time.
    pub fn forget_accounts(&self) {
        if let Some(accounts) = &self.accounts {
            accounts.forget();
        }
    }
}

fn no_token() -> Error {
    Error::unsupported("the User API is not configured; give `api_token`")
}
