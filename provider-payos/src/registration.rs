//! The registration of this crate.

use payments_core::Provider;
use provider_kit::{
    config::{ConfigProblem, ProviderConfig, Reader},
    registry::{Context, Registration},
};

use crate::{builder, formulas::FORMULAS};

/// The registration of this crate: its kind, its formulas, a function that builds a provider from a
/// [`Config`](crate::Config), and an example configuration. payOS has no sandbox.
pub const REGISTRATION: Registration = Registration::new(
    "payos",
    env!("CARGO_PKG_NAME"),
    env!("CARGO_PKG_VERSION"),
    build,
    include_str!("example.toml"),
)
.with_formulas(FORMULAS)
.without_sandbox();

provider_kit::register!(REGISTRATION);

fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    match read.typed() {
        Some(typed) => builder::provider(&typed, config, read, context),
        None => Err(read.finish()),
    }
}
