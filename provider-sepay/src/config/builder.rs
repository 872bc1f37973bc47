//! Builds a provider in code, without a configuration file.

use provider_kit::registry::Builder;

use super::{Config, REGISTRATION, provider_of};
use crate::sepay::SePay;

impl SePay {
    /// Returns a builder that creates a provider from `config`:
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use payments_core::{Environment, Role};
    /// use provider_kit::{config::Source, transport::HttpClient};
    /// use provider_sepay::{Config, SePay};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut config = Config::new(Environment::Sandbox);
    /// config.merchant_id = Some("SP-TEST-XXXXXXX".to_owned());
    /// config.secret_key = Some(Source::text("spsk_test_xxxxxxxxxxxxx")); // in the sandbox only
    ///
    /// let client = Arc::new(HttpClient::new(Default::default())?);
    /// let provider = SePay::builder(config).transport(client).build()?;
    /// assert_eq!(provider.roles(), [Role::Payments, Role::Notifications]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(config: Config) -> Builder<Config> {
        Builder::new(REGISTRATION, config.environment, config, provider_of)
    }
}
