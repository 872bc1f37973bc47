//! Payments and notifications of Template, a gateway that does not exist.

mod client;
mod map;
mod notification;
mod signature;
#[cfg(feature = "simulator")]
pub mod simulator;
mod wire;

use std::sync::Arc;

use payments_core::Provider;
use provider_kit::{
    config::{ConfigProblem, ProviderConfig, Reader},
    registry::{Context, Registration},
    signature::SignatureExplainer,
    transport::Rate,
};

use client::Client;
use notification::Receiver;

/// Registers the kind `template`.
pub const REGISTRATION: Registration = Registration::new(
    "template", // what a configuration writes as `kind`
    env!("CARGO_PKG_NAME"),
    env!("CARGO_PKG_VERSION"),
    build,
    include_str!("../example.toml"),
)
.with_formulas(signature::FORMULAS);

provider_kit::register!(REGISTRATION);

/// Reads every key before it builds anything, so that all problems are reported together.
fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    let url = read.url("url", "https://api.template.example");
    let merchant = read.text("merchant_id");
    let api_key = read.secret("api_key");
    let notify_keys = read.keys("notify_secret");
    let calls = read.integer("calls_per_second", 10, 1..=1_000_000);
    match (url, merchant, api_key, notify_keys, calls, read.finish()) {
        (Some(url), Some(merchant), Some(api_key), Some(keys), Some(calls), problems)
            if problems.is_empty() =>
        {
            let rate = Rate::per_second(u32::try_from(calls).unwrap_or(u32::MAX));
            let transport = context.transport(Some(rate));
            let departs = transport.departs();
            let client = Arc::new(Client::new(url, merchant, api_key, transport));
            let receiver = Arc::new(Receiver::new(Arc::clone(&client), keys));
            Ok(Provider::new(config.id.clone(), config.kind.clone(), config.environment)
                .with_departures(departs)
                .with_payments(client)
                .with_extension(SignatureExplainer::new(Arc::clone(&receiver)))
                .with_notifications(receiver))
        }
        (.., problems) => Err(problems),
    }
}
