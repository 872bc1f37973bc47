//! The configuration of one merchant's channels.

use std::collections::BTreeMap;

use payments_core::{Environment, config::Source};
use serde::Deserialize;

/// The configuration of a payment channel, of a payout channel, or of one of each, from any serde
/// source or by code. payOS gives each channel three credentials of its own; give all three of a
/// channel or none.
///
/// A key that is not known is refused with the nearest one that is. What can be wrong with a value is
/// found when the [provider is built](crate::PayOS::builder), all at once.
///
/// ```
/// use payments_core::{Environment, config::Source};
/// use provider_payos::Config;
///
/// let mut config = Config::new(Environment::Production);
/// config.client_id = Some("7c1f9a2e-5f8b-4c58-9d0a-0d6f1d0e7a11".to_owned());
/// config.api_key = Some(Source::env("PAYOS_API_KEY"));
/// config.checksum_key = Some(Source::env("PAYOS_CHECKSUM_KEY"));
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Where it runs: `"production"`, or `"sandbox"` with the addresses of a simulator, because
    /// payOS has no sandbox. Needed.
    pub environment: Environment,
    /// The payment channel's Client ID, from my.payos.vn. Default: none, and no payments.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The payment channel's API Key. Default: none.
    #[serde(default)]
    pub api_key: Option<Source>,
    /// The payment channel's Checksum Key: it signs and verifies. Several, newest first, while payOS
    /// changes it. Default: none.
    #[serde(default)]
    pub checksum_key: Option<Source>,
    /// The payout channel's Client ID. Default: none, and no payouts.
    #[serde(default)]
    pub payout_client_id: Option<String>,
    /// The payout channel's API Key. Default: none.
    #[serde(default)]
    pub payout_api_key: Option<Source>,
    /// The payout channel's Checksum Key, as `checksum_key`. Default: none.
    #[serde(default)]
    pub payout_checksum_key: Option<Source>,
    /// The code of a partner of payOS's, the header `x-partner-code`. Default: none.
    #[serde(default)]
    pub partner_code: Option<String>,
    /// Where buyers return to if a payment does not say. Default: none, and each payment has to.
    #[serde(default)]
    pub return_url: Option<String>,
    /// Where buyers who call it off return to if a payment does not say. Default: none, and each
    /// payment has to.
    #[serde(default)]
    pub cancel_url: Option<String>,
    /// The longest description of a payment: 25, or 9 where the channel's bank account was not linked
    /// through payOS. Default: 25 (payos.vn/docs, creating a payment link).
    #[serde(default)]
    pub longest_description: Option<u8>,
    /// Signature formulas in the place of payOS's, by the part of a formula's name after the dot, as
    /// [`Formula::replaced`](payments_core::signature::Formula::replaced) reads them. Default: none.
    #[serde(default)]
    pub formulas: BTreeMap<String, String>,
    /// The address of the API. Default: `https://api-merchant.payos.vn` (payos.vn/docs, API).
    #[serde(default)]
    pub api_url: Option<String>,
    /// The address of the pages where buyers pay. Default: `https://pay.payos.vn` (payos.vn/docs,
    /// API).
    #[serde(default)]
    pub pay_url: Option<String>,
}

impl Config {
    /// A configuration without channels, everything else as by default.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            client_id: None,
            api_key: None,
            checksum_key: None,
            payout_client_id: None,
            payout_api_key: None,
            payout_checksum_key: None,
            partner_code: None,
            return_url: None,
            cancel_url: None,
            longest_description: None,
            formulas: BTreeMap::new(),
            api_url: None,
            pay_url: None,
        }
    }
}
