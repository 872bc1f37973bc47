//! Receive and send money through several payment gateways with one set of traits.
//!
//! This crate is the only one that an app depends on. Its features link the gateways, a
//! configuration selects and configures them, and [`Payments`] contains them.
//!
//! ```
//! use payments::{OrderRef, Payments, Submission, money::Money, payment::*};
//!
//! async fn checkout(payments: &Payments) -> payments::Result<String> {
//!     let request = CreatePayment::new(OrderRef::new("20260042")?, Money::vnd(50_000))?
//!         .with_description("Two coffees")
//!         .with_return_url("https://shop.example/thanks")?;
//!     let opened = payments.open_payment(&request).await?;
//!     Ok(match opened.submission {
//!         Submission::Accepted(payment) => match payment.next.into_iter().next() {
//!             Some(NextAction::Redirect { url }) => url,
//!             Some(NextAction::PostForm(form)) => form.to_html("Pay"),
//!             Some(NextAction::Transfer(transfer)) => transfer.vietqr.unwrap_or_default(),
//!             _ => "nothing to do".to_owned(),
//!         },
//!         Submission::Declined(decline) if decline.is_confirmed() => {
//!             format!("not open, try another way: {decline}")
//!         }
//!         // Nothing proves this refusal, so the payment may be open.
//!         Submission::Declined(decline) => format!("ask later: {decline}"),
//!         Submission::Uncertain(uncertain) => format!("ask later: {uncertain}"),
//!     })
//! }
//! # let _ = checkout;
//! ```
//!
//! # Start
//!
//! ```no_run
//! use payments::Payments;
//!
//! # fn start() -> Result<Payments, Box<dyn std::error::Error>> {
//! let text = std::fs::read_to_string("payments.toml")?;
//! let payments = Payments::from_toml(&text)?; // an error names every problem, and no secret
//! # Ok(payments)
//! # }
//! ```
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `sepay`, `hpay`, `payos`, `mock` | the gateways |
//! | `sepay-oauth` | SePay's partner API behind OAuth2, for apps that serve other merchants |
//! | `engine` | [`engine`]: a durable journal of payouts and payments in SQLite |
//! | `axum` | [`axum`](mod@axum): routes that pass deliveries of gateways to the engine |
//! | `engine-postgres` | the journal in PostgreSQL, for several engines on one database, and in `sqlx` transactions |
//! | `reqwest` (default) | the HTTP client, with TLS by rustls |
//! | `inventory` (default) | `Payments::from_config` finds the linked gateways |
//! | `toml` (default) | configuration in TOML: `Payments::from_toml`, `read_toml` |
//! | `metrics` | counters and histograms of calls and deliveries, for the app's exporter |
//! | `simulators` | simulated gateways on loopback |
//! | `rsa` | RSA keys and signatures; `hpay` turns it on |
//! | `aws-lc` | the faster RSA signer, which a configuration selects by `signer = "aws-lc"` |
//! | `qr` | QR codes as SVG and as terminal blocks |
//!
//! Features only make something available; the configuration selects it.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod checked;
#[cfg(feature = "toml")]
mod configuration;
mod engine_settings;
mod hub;
mod intake;
mod route;
#[cfg(feature = "mock")]
pub mod testing;
#[cfg(feature = "engine")]
mod webhook_client;
#[cfg(feature = "engine")]
mod without_journal;

pub use checked::Checked;
#[cfg(feature = "toml")]
pub use configuration::{Configuration, read_toml};
pub use hub::Payments;
pub use intake::{Doubt, Doubtful, Intake};
pub use payments_core::{
    Absence, AccountId, Clock, CreditMatch, Decline, DeclineReason, DedupeKey, Direction,
    EndpointName, Environment, Error, ErrorKind, GatewayRef, Listed, Lookup, ManualClock, Movement,
    NotAccepted, NotificationReceiver, OrderRef, PaymentProvider, PayoutProvider, PayoutRef,
    Provider, ProviderId, ProviderKind, Raw, RefundRef, Result, Role, SameMoney, Secret,
    SecretBytes, SecretError, StatedKey, StatementProvider, Submission, Suspect, SystemClock,
    Timestamp, TimestampError, Uncertain, UncertainCause, UnreadableRow, VirtualAccountProvider,
    bank, check_page_address, check_web_address, json, match_credit, money, notification, options,
    payment, payout, printable, rules, same_credit, statement, step, virtual_account,
};
pub use provider_kit::{config, payment_code, reading, registry, signature, transport, wire};
pub use route::{Opened, PassedOver, Route};
pub use vietqr;

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "engine")]
pub use payments_engine as engine;
#[cfg(feature = "engine")]
pub use webhook_client::webhook_client;

// A dependency that no source file names is not linked, so its registration would be missing.
#[cfg(feature = "hpay")]
pub use provider_hpay as hpay;
#[cfg(feature = "mock")]
pub use provider_mock as mock;
#[cfg(feature = "payos")]
pub use provider_payos as payos;
#[cfg(feature = "sepay")]
pub use provider_sepay as sepay;

/// Simulated gateways on loopback, for tests and demonstrations.
#[cfg(feature = "simulators")]
pub mod simulators {
    pub use simulator_hpay as hpay;
    pub use simulator_payos as payos;
    pub use simulator_sepay as sepay;
}
