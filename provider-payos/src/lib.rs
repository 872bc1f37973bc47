//! payOS (by Casso) as a provider of the payments framework.
//!
//! Payment links with VietQR, webhooks and payouts. payOS has no sandbox, so
//! `environment = "sandbox"` accepts only the addresses of a simulator on this machine.
//!
//! ```
//! use std::sync::Arc;
//! use payments_core::{OrderRef, Submission, money::Money, payment::CreatePayment};
//! use provider_kit::{config::PaymentsConfig, registry::{Context, Registry}, transport::Transport};
//!
//! async fn link(config: &PaymentsConfig, client: Arc<dyn Transport>) -> payments_core::Result<()> {
//!     let registry = Registry::empty().add(provider_payos::REGISTRATION);
//!     let providers = registry.build(config, &Context::new(client))?;
//!     for provider in &providers {
//!         let request = CreatePayment::new(OrderRef::new("20260042")?, Money::vnd(50_000))?
//!             .with_description("Hai ly ca phe")
//!             .with_return_url("https://shop.example/payos/return")?
//!             .with_cancel_url("https://shop.example/payos/cancel")?;
//!         match provider.payments()?.create_payment(&request).await? {
//!             // A page and a transfer with its QR code: the buyer needs one of them.
//!             Submission::Accepted(payment) => println!("show {:?}", payment.next),
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
//! | payments | opening a link with a page and a transfer with its QR code; finding by order; cancelling | refunding |
//! | payouts, if a payout channel is configured | sending under an idempotency key derived from the reference; finding by reference; batches; the balance | name checks; webhooks about payouts |
//! | notifications | webhooks, proven by signature if no value contains `&`, otherwise confirmed by inquiry | a buyer's return as proof of payment |
//!
//! # Interpretations
//!
//! Choices made because payOS's documents are silent or contradict each other:
//!
//! - An order reference is payOS's `orderCode`, a number. A number can be used only once, even if
//!   its payment was cancelled. 123 is refused, because payOS's sample delivery has it.
//! - A description is sent unchanged. The memo that the buyer's bank and the returned transfer show
//!   is payOS's own code followed by the description. Money is matched by the order, never by the
//!   memo.
//! - An undocumented status is uncertain, and so is PAID with less than the amount. payOS has no
//!   status for an overpaid link: compare the amount received.
//! - A refusal is never signed, so it is not confirmed. The refusal to cancel a link is confirmed
//!   if an inquiry then reports the link as paid.
//! - If a response has a missing or wrong signature, an instruction is uncertain and an inquiry
//!   fails, although payOS's own Node library accepts such a response. A response with an `&` in a
//!   value is marked as unverified.
//! - Only the codes 20, 201, 401 and 403 refuse a payout; any other error code leaves it uncertain.
//! - The beneficiary's name of a payout is compared with the name that payOS reports. If they
//!   differ, the payout needs attention.
//!
//! # Where to read on
//!
//! [`guide`] describes what to arrange [before going live](guide::go_live), and [every
//! endpoint](guide::endpoints) with its function. [`Config`] has every key of the configuration and
//! [`REGISTRATION`] an example; [`PayOS::builder`] builds a provider without a file.
//! [`PayOSOptions`] has the options of payOS's page, [`PayOS`] the methods that only payOS has,
//! [`endpoints`] the names of the endpoints where its deliveries arrive, [`formulas`] the
//! signatures. [`testing`] makes signed deliveries for your tests.
//!
//! In the source, each surface of the gateway has a folder: `payment_link`, `webhook`, `payout`. In
//! each, `api.rs` has the operations as values, `wire.rs` the requests and responses with payOS's
//! own field names, and `status.rs` the meaning of statuses and codes. `channel.rs` carries out all
//! operations.
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `inventory` | registration at link time |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod endpoints;
pub mod formulas;
pub mod guide;
pub mod testing;

mod builder;
mod channel;
mod civil_time;
mod client;
mod config;
mod dedupe_key;
#[cfg(test)]
mod endpoint_table;
mod envelope;
mod hosts;
mod limits;
mod members;
mod operation;
mod order_code;
mod payment_link;
mod payout;
mod registration;
mod reply;
mod webhook;

pub use client::PayOS;
pub use config::Config;
pub use payment_link::options::{Item, PayOSOptions};
pub use payout::{
    batch::{Batch, CreateBatch},
    options::PayOSPayoutOptions,
};
pub use registration::REGISTRATION;
pub use webhook::RegisteredWebhook;

use provider_kit::registry::Builder;

impl PayOS {
    /// Returns a builder that creates a provider from `config`:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use payments_core::{Environment, Provider};
    /// use provider_kit::{config::Source, registry::ConfigProblems};
    /// use provider_kit::transport::Transport;
    /// use provider_payos::{Config, PayOS};
    ///
    /// fn payos(client: Arc<dyn Transport>) -> Result<Provider, ConfigProblems> {
    ///     let mut config = Config::new(Environment::Production);
    ///     config.client_id = Some("7c1f9a2e-5f8b-4c58-9d0a-0d6f1d0e7a11".to_owned());
    ///     config.api_key = Some(Source::env("PAYOS_API_KEY"));
    ///     config.checksum_key = Some(Source::env("PAYOS_CHECKSUM_KEY"));
    ///     PayOS::builder(config).transport(client).build()
    /// }
    /// # let _ = payos;
    /// ```
    pub fn builder(config: Config) -> Builder<Config> {
        Builder::new(REGISTRATION, config.environment, config, builder::provider)
    }
}
