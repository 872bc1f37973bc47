//! The two HTTP APIs of SePay, and what only SePay has.

mod accounts;
mod by_date;
mod cache;
mod dated_listing;
pub(crate) mod oauth;
mod order_list;
mod orders;
mod payment_gateway;
mod request;
mod rows;
mod user_api;
mod user_api_v1;
mod user_api_v2;
mod v1_reading;
mod v1_statement;
mod va_orders;
mod whole_list;

pub(crate) use accounts::Accounts;
pub(crate) use by_date::{DatePlace, DatedPage, DatedPages, Line, Told, step};
use oauth::OAuthApp;
pub(crate) use order_list::{SortSpelling, Spelling};
pub(crate) use orders::OrderApi;
pub(crate) use payment_gateway::Gateway;
pub(crate) use request::Door;
pub(crate) use user_api::{Entry, UserApi};
pub use user_api_v1::UserApiV1;
pub use user_api_v2::UserApiV2;
pub(crate) use v1_statement::V1Statement;
pub(crate) use va_orders::VaOrders;
pub(crate) use whole_list::{NumberedPage, NumberedPages, tell_apart, whole};

use std::sync::Arc;

use payments_core::{Error, Result};

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
    oauth: Option<OAuthApp>,
}

impl SePay {
    pub(crate) fn new(gateway: Option<Gateway>) -> Self {
        Self { gateway, user_api: None, accounts: None, oauth: None }
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

    pub(crate) fn with_oauth(mut self, app: Option<OAuthApp>) -> Self {
        self.oauth = app;
        self
    }

    /// The app that SePay registered for OAuth2.
    ///
    /// # Errors
    /// OAuth2 is not configured.
    pub fn oauth(&self) -> Result<&OAuthApp> {
        self.oauth.as_ref().ok_or_else(|| {
            Error::unsupported(
                "OAuth2 is not configured; give `oauth_client_id`, `oauth_client_secret` and \
                 `oauth_redirect_url`",
            )
        })
    }
}

fn no_token() -> Error {
    Error::unsupported("the User API is not configured; give `api_token`")
}
