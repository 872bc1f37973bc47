//! OAuth2: the permission of a merchant for an app to act for them at SePay, and the partner API
//! that it gives access to (source: developer.sepay.vn, SePay OAuth2).
//!
//! An app that is registered at SePay sends a merchant to SePay's page, receives a code, and
//! exchanges it for tokens. A [`Connection`] then gives access to the merchant's accounts,
//! transactions, company and webhooks, and refreshes its tokens.
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
//! SePay may issue a new refresh token with every refresh, which makes the old one invalid. A
//! refresh therefore has these steps, in this order: the [`TokenStore`] saves that a refresh
//! begins; the request is sent to SePay, once and without retries; the store saves the new tokens;
//! only then are they used.
//!
//! - A crash before the request does no harm, because the old token is in the store.
//! - A crash between SePay's response and the store loses the new token. The store still has the
//!   mark that a refresh began, so if SePay then refuses the old token, the error of the next
//!   refresh reports this cause. The merchant must authorise the app again.
//! - If the store cannot be written, the call fails with the store's own error. The new tokens stay
//!   in memory, and the next call writes them first.
//! - Replicas that share a store refresh once: the first to save its mark sends the request, and
//!   the others wait for up to a minute. A process that was restarted during a refresh waits in the
//!   same way.
//! - Concurrent calls wait for one refresh. Dropping one of them does not stop the refresh; the
//!   next call continues it.

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
