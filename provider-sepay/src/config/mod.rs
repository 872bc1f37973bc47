//! From a configuration to a provider.

mod addresses;
mod assemble;
mod codes;
mod credentials;
#[cfg(feature = "oauth")]
mod oauth;
mod payment_gateway;
mod settings;
mod token;
mod user_api;
mod webhook;

use payments_core::{
    Provider,
    config::{ConfigProblem, ProviderConfig, Reader},
    registry::{Context, Registration},
};

use crate::formula::FORMULAS;
use addresses::Addresses;
use assemble::assemble;
use settings::Settings;

/// This provider: kind `sepay`.
pub const REGISTRATION: Registration = Registration::new(
    "sepay",
    env!("CARGO_PKG_NAME"),
    env!("CARGO_PKG_VERSION"),
    build,
    include_str!("example.toml"),
)
.with_formulas(FORMULAS);

payments_core::register!(REGISTRATION);

/// Makes a provider of a configuration.
///
/// Its roles follow from what is configured: payments with the payment gateway's `merchant_id` and
/// `secret_key` or with an account for transfers, statements with an `api_token`, notifications
/// with the payment gateway or with one of the four authentications of webhooks. Every key:
///
/// ```toml
#[doc = include_str!("example.toml")]
/// ```
///
/// # Errors
/// Every problem of the configuration.
pub fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    let settings = Settings::read(&mut read, config.environment);
    let addresses = Addresses::read(&mut read, config.environment);
    let problems = read.finish();
    match (addresses, problems.is_empty()) {
        (Some(addresses), true) => assemble(config, context, settings, addresses)
            .map_err(|error| vec![ConfigProblem::new(config.path("kind"), error.to_string())]),
        _ => Err(problems),
    }
}
