//! A complete provider for a gateway that does not exist: copy this crate and replace, room by
//! room, what is Template's by what is yours.
//!
//! A call goes through the rooms in one line and comes back through `map`:
//!
//! | room | holds |
//! |---|---|
//! | `client` | the role that an app calls; checks, sends, asks |
//! | `wire` | the gateway's requests and answers in its own spelling, and no logic |
//! | `signature` | the signature formulas, as data with their sources |
//! | `map` | every reading of states and codes: pure, total, table-tested |
//! | `notification` | what the gateway sends to us, and what it wants to hear |
//!
//! # The imaginary gateway
//!
//! Template takes đồng on a page of its own. It has three calls, each with the merchant's key as
//! a bearer token: `POST /v1/payments` opens a payment and answers a repeated reference with the
//! first payment, `GET /v1/payments/{reference}` finds it, and
//! `POST /v1/payments/{reference}/cancel` calls it off while nobody has paid. Once something
//! happens, it posts a notification whose HMAC covers a time stamp and the whole body.
//!
//! # Use
//!
//! ```
//! use std::sync::Arc;
//!
//! use payments_core::{
//!     Provider,
//!     config::PaymentsConfig,
//!     registry::{Context, Registry},
//!     transport::Transport,
//! };
//!
//! fn providers(
//!     config: &PaymentsConfig,
//!     client: Arc<dyn Transport>,
//! ) -> payments_core::Result<Vec<Provider>> {
//!     let registry = Registry::empty().add(provider_template::REGISTRATION);
//!     Ok(registry.build(config, &Context::new(client))?)
//! }
//! # let _ = providers;
//! ```
//!
//! An app that uses the registry of linked providers writes `use provider_template as _;` instead.

mod client;
mod map;
mod notification;
mod signature;
mod wire;

use std::sync::Arc;

use payments_core::{
    Provider,
    config::{ConfigProblem, ProviderConfig, Reader},
    registry::{Context, Registration},
    transport::Rate,
};

use client::{Client, Credentials};
use notification::Receiver;

/// Registers the kind `template`.
pub const REGISTRATION: Registration = Registration::new(
    "template",
    env!("CARGO_PKG_NAME"),
    env!("CARGO_PKG_VERSION"),
    build,
    include_str!("../example.toml"),
)
.with_formulas(signature::FORMULAS);

payments_core::register!(REGISTRATION);

/// The guide allows ten calls a second for one merchant.
const RATE: Rate = Rate::per_second(10);

/// Reads every key before it builds anything, so that all problems are reported at once.
fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    let url = read.url("url", "https://api.template.example");
    let merchant = read.text("merchant_id");
    let api_key = read.secret("api_key");
    let notify_keys = read.keys("notify_secret");
    match (url, merchant, api_key, notify_keys, read.finish()) {
        (Some(url), Some(merchant), Some(api_key), Some(notify_keys), problems)
            if problems.is_empty() =>
        {
            let credentials = Credentials { url, merchant, api_key };
            let client = Arc::new(Client::new(credentials, context.transport(Some(RATE))));
            let receiver = Receiver::new(Arc::clone(&client), notify_keys);
            Ok(Provider::new(config.id.clone(), config.kind.clone(), config.environment)
                .with_payments(client)
                .with_notifications(Arc::new(receiver)))
        }
        (.., problems) => Err(problems),
    }
}
