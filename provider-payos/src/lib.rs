//! payOS (by Casso) as a provider of the payments framework.
//!
//! Payment links with VietQR, webhooks and payouts. payOS has no sandbox, so `environment =
//! "sandbox"` takes the addresses of a simulator on this machine and no others.
//!
//! ```
//! use std::sync::Arc;
//! use payments_core::{OrderRef, Submission, money::Money, payment::CreatePayment};
//! use payments_core::{config::PaymentsConfig, registry::{Context, Registry}, transport::Transport};
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
//!             Submission::Declined(decline) => println!("refused: {decline}"),
//!             Submission::Uncertain(_) => println!("ask later with find_payment"),
//!         }
//!     }
//!     Ok(())
//! }
//! # let _ = link;
//! ```
//!
//! # What payOS can be
//!
//! | role | how | and not |
//! |---|---|---|
//! | payments | a link with a page, and the transfer with its QR code; found by its order; cancelled | refunded |
//! | payouts, if a payout channel is configured | under an idempotency key made of our reference; found by that; batches; the balance | asked for names; told of by a webhook |
//! | notifications | webhooks, proven where no value holds `&`; otherwise confirmed by inquiry | a buyer's return settles nothing |
//!
//! # Readings
//!
//! Where payOS's documents are silent or disagree:
//!
//! - An order reference is payOS's `orderCode`, a number. It is used once for ever, also after a
//!   cancellation. 123 is refused: payOS's sample delivery has it.
//! - A description is sent as it is; what the buyer's bank shows, and the transfer here, is payOS's
//!   own code and then the description. Money is matched by the order, never by the memo.
//! - A status that payOS documents nowhere is uncertain, and so is PAID with less than the amount.
//!   Overpaid has no status: compare what was received.
//! - A refusal is never signed, so it is not confirmed. A refused cancellation of a link that payOS
//!   then says is paid is confirmed.
//! - A missing or wrong signature leaves an instruction uncertain and makes an inquiry fail, although
//!   payOS's own Node library accepts both. A response whose values hold `&` is carried as unverified.
//! - Only codes 20, 201, 401 and 403 refuse a payout; any other leaves it uncertain.
//! - A payout's holder is compared with the name that payOS tells: another one needs attention.
//!
//! # Where to read on
//!
//! [`guide`]: what to arrange [before going live](guide::go_live), and [every
//! endpoint](guide::endpoints) with its function. [`Config`] has every key of the configuration and
//! [`REGISTRATION`] an example; [`PayOS::builder`] builds a provider without a file. [`PayOSOptions`]
//! has what only payOS's page understands, [`PayOS`] what only payOS offers, [`endpoints`] where its
//! deliveries arrive, [`formulas`] the signatures. [`testing`] makes signed deliveries for your tests.
//!
//! In the source, each surface of the gateway has a folder: `payment_link`, `webhook`, `payout`. In
//! each, `api.rs` has its operations as values, `wire.rs` requests and responses with payOS's own
//! names, `status.rs` what statuses and codes mean. `channel.rs` carries all operations out alike.
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

use payments_core::registry::Builder;

impl PayOS {
    /// Builds a provider by code:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use payments_core::{Environment, Provider, config::Source, registry::ConfigProblems};
    /// use payments_core::transport::Transport;
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
