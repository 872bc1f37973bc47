//! OAuth2: what a merchant allows an app to see and do at SePay, and the API behind it
//! (developer.sepay.vn, SePay OAuth2).
//!
//! An app that SePay has registered sends a merchant to SePay's page, gets a code back, and trades
//! it for tokens; a [`Connection`] is then the merchant's accounts, transactions, company and
//! webhooks, and keeps its tokens fresh.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use payments_core::{Provider, Result, Secret};
//! use provider_sepay::{SePay, oauth::{MemoryTokenStore, Scope}};
//!
//! # async fn connect(provider: &Provider, query_of_the_return: &str) -> Result<()> {
//! let app = provider.extension::<SePay>()?.oauth()?;
//!
//! // Keep the state in the merchant's session and send the browser to the address.
//! let authorization = app.authorize(&[Scope::BankAccountRead, Scope::TransactionRead])?;
//! println!("{}", authorization.url);
//!
//! // The browser comes back to `oauth_redirect_url` with a query.
//! let store = Arc::new(MemoryTokenStore::default());
//! let connection = app.exchange(&authorization.state, query_of_the_return, store).await?;
//! for account in connection.bank_accounts().await?.iter() {
//!     match account.as_result() {
//!         Ok(account) => println!("{} {:?}", account.number, account.balance),
//!         Err(row) => println!("for a person: {row}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Tokens and crashes
//!
//! SePay may give a new refresh token with every refresh, and then the old one is worth nothing.
//! So the steps of a refresh are, in this order: the [`TokenStore`] learns that one begins; SePay is
//! asked, once and never again by itself; the store has the new tokens; only then are they used.
//!
//! - A crash before SePay was asked costs nothing: the old token is in the store.
//! - A crash between SePay's answer and the store loses the new token. It is not lost silently: the
//!   store still says that a refresh began, and the next one says so if SePay then takes the old
//!   token no more. The merchant has to authorise again.
//! - If the store cannot be written, the call fails with the store's own error. The new tokens stay
//!   in memory, and the next call writes them first.
//! - Replicas that share a store refresh once: who marks it first asks, and the others wait for up to
//!   a minute. So does a process that was restarted in the middle of a refresh.
//! - Calls that come together wait for one refresh, and one that is dropped does not stop it: the
//!   next call goes on with it.

mod account;
pub(crate) mod api;
mod app;
mod company;
mod connection;
mod response;
mod scope;
mod session;
mod status;
mod token_request;
mod tokens;
mod webhook;
mod webhook_reading;
mod webhooks;
mod wire;

pub use account::{LinkedAccount, LinkedBank, SubAccount, TransactionFilter};
pub use company::{
    CodeCharacters, Company, CompanyConfigurations, ConfigurationChanges, PaymentCodeFormat,
    Profile,
};
pub use scope::Scope;
pub use tokens::{MemoryTokenStore, TokenStore, Tokens};
pub use webhook::{
    NewWebhook, NewWebhookAuth, Webhook, WebhookAuth, WebhookBody, WebhookChanges, WebhookEvent,
    WebhookFilter, WebhookReceipt,
};

pub use app::{Authorization, OAuthApp};
pub use connection::Connection;
pub(crate) use token_request::AppSettings;

pub use crate::bank::user_api::Page;
