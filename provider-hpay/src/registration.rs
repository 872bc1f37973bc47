//! The registration of this crate.

use payments_core::Provider;
use provider_kit::{
    config::{ConfigProblem, ProviderConfig, Reader},
    registry::{Builder, Context, Registration},
};

use crate::{builder, client::HPay, config::Config, formulas::FORMULAS, readings::READINGS};

/// The registration of this crate: its kind, its formulas, a function that builds a provider from a
/// [`Config`](crate::Config), and an example configuration.
pub const REGISTRATION: Registration =
    Registration::new("hpay", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), build, EXAMPLE)
        .with_formulas(FORMULAS)
        .with_readings(READINGS);

#[cfg(feature = "inventory")]
provider_kit::inventory::submit! { REGISTRATION }

const EXAMPLE: &str = r#"[providers.hpay-main]
kind = "hpay"
environment = "sandbox"
merchant_id = "12345"
receiver = "merchant@shop.example"
# Several, newest first, while HPay changes it. Long and random: everything hangs on it.
passcode = { env = "HPAY_PASSCODE" }
return_url = "https://shop.example/hpay/return"
notify_url = "https://shop.example/hpay/notify"

# Payouts, with both or neither.
private_key = { file = "/run/secrets/hpay.pem" }
hpay_certificate = { file = "/etc/payments/hpay.cer" }

# The newer OpenAPI, which HPay publishes nothing about: for virtual accounts, payouts and the balance, or
# for some of them as in { payouts = "openapi" }. Needs the two keys above.
# api = "openapi"
# openapi_client_id = "shop"
# openapi_client_secret = { env = "HPAY_OPENAPI_SECRET" }

# All of these have defaults.
# checkout_url = "https://checkout-sandbox.hpay.com.vn"
# account_url = "https://account-sandbox.hpay.com.vn"
# openapi_url = "https://openapi-sandbox.htpgroup.com.vn"
# currency = "vnd"              # or "usd", of whole dollars: a merchant_id of its own for each
# payout_endpoint = "json"      # or "openapi", if HPay says so; or "form", which HPay retires
# signer = "rsa"                # or "aws-lc", with the cargo feature of that name
# bank_codes = { 970419 = "NCB" }   # in the place of table 3's, by the bank's number
# unverified_answers = "accept" # or "refuse": believe no answer whose formula is unknown
#
# [providers.hpay-main.compat]    # readings that were not tried against the live service
# link_path = "/v1/checkout.php"
# advanced_link_path = "/checkout.php"  # instalments, frames, tokens of domestic cards
# revoke_token_path = "/revoke_token.php"
# revoke_token_merchant = "merchant_id" # or "merchant_site_code", "both"
# order_inquiry_path = "/api/transaction/GetTransactionDetail"
# order_inquiry_body = "form"   # or "json", "json-as-form"
# va_body = "form"              # or "json", "json-as-form"
# openapi_payout_service = "ibft"       # or "firm"
# openapi_payout_inquiry = "inquiry"    # or "get-status"
# openapi_note = "note"         # or "remark"
#
# [providers.hpay-main.formulas]  # in the place of the usual ones: a template, or another's name
# checkout_v1_link = "checkout_v1_link"   # or "checkout_link", "checkout_link_short"
# checkout_link = "checkout_link"         # or "checkout_v1_link", "checkout_link_short"
# payout_response = "payout_response"     # or "payout_response_by_name", without the account
# order_inquiry_request = "{merchant_id}|{order_code}|{passcode}"
# openapi_va_callback = "{va_account}|{amount}|{cashin_id}|{transaction_id}|{passcode}|{merchant_id}|{client_request_id}"
"#;

impl HPay {
    /// Returns a builder that creates a provider from `config`:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use payments_core::{Environment, Provider};
    /// use provider_kit::{config::Source, registry::ConfigProblems};
    /// use provider_kit::transport::Transport;
    /// use provider_hpay::{Config, HPay};
    ///
    /// fn hpay(client: Arc<dyn Transport>) -> Result<Provider, ConfigProblems> {
    ///     let passcode = Source::env("HPAY_PASSCODE");
    ///     let config =
    ///         Config::new(Environment::Production, "12345", "merchant@shop.example", passcode);
    ///     HPay::builder(config).transport(client).build()
    /// }
    /// # let _ = hpay;
    /// ```
    pub fn builder(config: Config) -> Builder<Config> {
        Builder::new(REGISTRATION, config.environment, config, builder::provider)
    }
}

fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    match read.typed() {
        Some(typed) => builder::provider(&typed, config, read, context),
        None => Err(read.finish()),
    }
}
