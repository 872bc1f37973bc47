//! The configuration of one merchant's channels.

use std::collections::BTreeMap;

use payments_core::Environment;
use provider_kit::config::Source;
use serde::Deserialize;

/// The configuration of a payment channel, of a payout channel, or of one of each, from any serde
/// source or by code. payOS gives each channel its own three credentials; set all three of a
/// channel or none.
///
/// An unknown key is refused, and the error names the nearest known key. Values are checked when
/// the [provider is built](crate::PayOS::builder), which reports all problems together.
///
/// ```
/// use payments_core::Environment;
/// use provider_kit::config::Source;
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
    /// The environment: `"production"`, or `"sandbox"` with the addresses of a simulator, because
    /// payOS has no sandbox. Required.
    pub environment: Environment,
    /// The payment channel's Client ID, from my.payos.vn. Default: none, and the provider has no
    /// payments role.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The payment channel's API Key. Required if `client_id` is set. Default: none.
    #[serde(default)]
    pub api_key: Option<Source>,
    /// The payment channel's Checksum Key, which signs requests and verifies responses and
    /// webhooks. While payOS changes the key, give several, the newest first. Required if
    /// `client_id` is set. Default: none.
    #[serde(default)]
    pub checksum_key: Option<Source>,
    /// The payout channel's Client ID. Default: none, and the provider has no payouts role.
    #[serde(default)]
    pub payout_client_id: Option<String>,
    /// The payout channel's API Key. Required if `payout_client_id` is set. Default: none.
    #[serde(default)]
    pub payout_api_key: Option<Source>,
    /// The payout channel's Checksum Key, which signs requests and verifies responses. While payOS
    /// changes the key, give several, the newest first. Required if `payout_client_id` is set.
    /// Default: none.
    #[serde(default)]
    pub payout_checksum_key: Option<Source>,
    /// The code of a payOS partner, sent in the header `x-partner-code`. Default: none.
    #[serde(default)]
    pub partner_code: Option<String>,
    /// The address that buyers return to, unless the payment sets its own. Default: none, so that
    /// each payment must set its own.
    #[serde(default)]
    pub return_url: Option<String>,
    /// The address that buyers return to after they cancel, unless the payment sets its own.
    /// Default: none, so that each payment must set its own.
    #[serde(default)]
    pub cancel_url: Option<String>,
    /// The maximum number of characters in a payment's description: 25, or 9 if the channel's bank
    /// account was not linked through payOS. Default: 25 (source: payos.vn/docs, creating a payment
    /// link).
    #[serde(default)]
    pub longest_description: Option<u8>,
    /// Signature formulas that replace payOS's, in the syntax of
    /// [`Formula::replaced`](provider_kit::signature::Formula::replaced). The key is the part of a
    /// formula's name after the dot. Default: none.
    #[serde(default)]
    pub formulas: BTreeMap<String, String>,
    /// The base address of the API. Default: `https://api-merchant.payos.vn` (source:
    /// payos.vn/docs, API).
    #[serde(default)]
    pub api_url: Option<String>,
    /// The base address of the pages on which buyers pay. Default: `https://pay.payos.vn` (source:
    /// payos.vn/docs, API).
    #[serde(default)]
    pub pay_url: Option<String>,
}

impl Config {
    /// Creates a configuration without channels, with the defaults for all other keys.
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
