//! HPay (formerly OmiPay) as a provider of the payments framework.
//!
//! Checkout links, virtual accounts and payouts, according to HPay's API reference 1.0.0. The
//! reference omits most of its signature formulas. [`formulas`] lists all of them, each with its
//! source and a level of confidence, and the configuration can give or replace each one.
//!
//! ```
//! use std::sync::Arc;
//! use payments_core::{OrderRef, Submission, money::Money, payment::CreatePayment};
//! use provider_kit::{config::PaymentsConfig, registry::{Context, Registry}, transport::Transport};
//!
//! async fn link(config: &PaymentsConfig, client: Arc<dyn Transport>) -> payments_core::Result<()> {
//!     let registry = Registry::empty().add(provider_hpay::REGISTRATION);
//!     let providers = registry.build(config, &Context::new(client))?;
//!     for provider in &providers {
//!         let request = CreatePayment::new(OrderRef::new("20260042")?, Money::vnd(50_000))?
//!             .with_return_url("https://shop.example/thanks")?;
//!         match provider.payments()?.create_payment(&request).await? {
//!             Submission::Accepted(payment) => println!("send the buyer to {:?}", payment.next),
//!             Submission::Declined(decline) if decline.is_confirmed() => println!("refused: {decline}"),
//!             // Nothing proves this refusal, so the payment may be open.
//!             Submission::Declined(_) | Submission::Uncertain(_) => println!("ask later with find_payment"),
//!         }
//!     }
//!     Ok(())
//! }
//! # let _ = link;
//! ```
//!
//! # Roles
//!
//! | role | supported | not supported |
//! |---|---|---|
//! | payments | opening, by a signed link for the buyer; finding, by order inquiry, for 7 days | cancelling, refunding |
//! | virtual accounts | opening, renaming, closing, reopening; credits of today and yesterday | finding |
//! | payouts, if a private key and HPay's certificate are configured | sending, at most once; finding, by reference; name checks for a fee; the balance | repeating: HPay pays a repeated reference again |
//! | virtual accounts, payouts and the balance by the [newer OpenAPI](guide::openapi), if `api` selects it | signatures over all data of requests and responses; finding accounts, in the list of all | reopening accounts |
//! | notifications | payment notifications, proven by signature; virtual account callbacks, confirmed by inquiry | a buyer's return as proof of payment |
//!
//! # Where to read on
//!
//! [`guide`] describes what to arrange for [checkout](guide::checkout), [payouts](guide::payouts)
//! and [virtual accounts](guide::virtual_accounts), [the newer OpenAPI](guide::openapi), and [every
//! endpoint](guide::endpoints) with its function. [`Config`] has every key of the configuration and
//! [`REGISTRATION`] an example; [`HPay::builder`] builds a provider without a file. [`options`] has
//! the options of HPay's checkout page, [`HPay`] the methods that only HPay has, [`endpoints`] the
//! names of the endpoints where its deliveries arrive, [`token`] the tokens of buyers' cards.
//! [`testing`] makes signed deliveries for your tests.
//!
//! In the source, each surface of the gateway has a folder: `checkout`, `virtual_account`,
//! `payout`, `account`, and `openapi` with the same surfaces by the newer API. In each, `api.rs`
//! has the operations as values, `wire.rs` the responses with HPay's own field names, and
//! `status.rs` the meaning of statuses and codes. `client.rs` carries out all operations.
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `aws-lc` | the signer of aws-lc-rs, which a configuration selects by `signer = "aws-lc"` |
//! | `inventory` | registration at link time |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod endpoints;
pub mod formulas;
pub mod guide;
pub mod testing;

mod account;
mod api;
mod banks;
mod builder;
mod checkout;
mod client;
mod compat;
mod config;
mod dedupe_key;
mod delivery;
mod envelope;
mod error_codes;
mod fields;
mod hosts;
mod http_status;
mod kept;
mod limits;
mod misread;
mod notification;
mod openapi;
mod operation;
mod operations;
mod payout;
mod readings;
mod registration;
mod reply;
mod response_signature;
mod table;
mod virtual_account;

pub use api::{Api, Apis};
pub use checkout::{options, token};
pub use client::HPay;
pub use compat::{Body, Compat, MerchantField, NoteField};
pub use config::{AccountCurrency, Config, PayoutEndpoint, Signer, UnverifiedAnswers};
pub use openapi::account::Transaction;
pub use payout::holder_name;
pub use registration::REGISTRATION;
