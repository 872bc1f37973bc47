//! The configuration of one merchant account.

use std::collections::BTreeMap;

use payments_core::Environment;
use provider_kit::config::Source;
use serde::Deserialize;

use crate::{api::Apis, compat::Compat};

/// The configuration of one merchant account at HPay, from any serde source or by code.
///
/// An unknown key is refused, and the error names the nearest known key. Values are checked when
/// the [provider is built](crate::HPay::builder), which reports all problems together.
///
/// ```
/// use payments_core::Environment;
/// use provider_kit::config::Source;
/// use provider_hpay::{Body, Config};
///
/// let passcode = Source::env("HPAY_PASSCODE");
/// let mut config =
///     Config::new(Environment::Sandbox, "12345", "merchant@shop.example", passcode);
/// config.return_url = Some("https://shop.example/hpay/return".to_owned());
/// config.compat.va_body = Body::Json;
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The environment: `"sandbox"` or `"production"`. Required.
    pub environment: Environment,
    /// The number that HPay gave the merchant: `merchant_site_code`, MID. Required. It must not
    /// contain pipes or white space.
    pub merchant_id: String,
    /// The primary e-mail address of the account: `receiver` in links, `merchantEmail` in payouts.
    /// Required.
    pub receiver: String,
    /// The secret with which HPay and the merchant sign by MD5. HPay's documents call it
    /// `secure_pass` or "communication password". Required. While HPay changes the secret, give
    /// several, the newest first. The secret must be long and random, because everyone who sees one
    /// link or notification can test guesses of the secret on its signature.
    pub passcode: Source,
    /// The address that buyers return to, unless the payment sets its own. Default: none, so that
    /// each payment must set its own.
    #[serde(default)]
    pub return_url: Option<String>,
    /// The address where HPay sends payment notifications, unless the payment sets its own.
    /// Default: none.
    #[serde(default)]
    pub notify_url: Option<String>,
    /// The currency of links, `vnd` or `usd`. HPay gives a separate merchant number for each
    /// currency. Default: `vnd` (source: HPay API reference 1.0.0, Create Link).
    #[serde(default)]
    pub currency: AccountCurrency,
    /// The merchant's RSA key, in PEM or DER, PKCS#8 or PKCS#1, of 2048 bits or more. Payouts, the
    /// balance and the newer OpenAPI need this key and `hpay_certificate` (source: HPay API
    /// reference 1.0.0, FirmBanking). Set both or neither. Default: none.
    #[serde(default)]
    pub private_key: Option<Source>,
    /// HPay's certificate or public key, in PEM or DER. The key is not secret. Required if
    /// `private_key` is set, and refused without it. Default: none.
    #[serde(default)]
    pub hpay_certificate: Option<Source>,
    /// The library that makes RSA signatures: `rsa`, or `aws-lc` with the cargo feature of that
    /// name. Default: `rsa`.
    #[serde(default)]
    pub signer: Signer,
    /// The API that each role uses: `openapi` for virtual accounts, payouts and the balance, or a
    /// table such as `{ payouts = "openapi" }`. Default: `reference` for all of them.
    #[serde(default)]
    pub api: Apis,
    /// The client id of the merchant's program at the newer OpenAPI. Required if `api` selects the
    /// newer OpenAPI for a role. Default: none.
    #[serde(default)]
    pub openapi_client_id: Option<String>,
    /// The client secret that belongs to `openapi_client_id`. Required if `openapi_client_id` is
    /// set. Default: none.
    #[serde(default)]
    pub openapi_client_secret: Option<Source>,
    /// The endpoint that accepts payouts. Default: `json`, which is `/api/ibft/create` (source:
    /// HPay API reference 1.0.0, iBFT Payment).
    #[serde(default)]
    pub payout_endpoint: PayoutEndpoint,
    /// HPay's bank codes by the BIN of the bank, such as `970419 = "NCB"`. They replace or add to
    /// those of table 3 of the reference. Default: table 3.
    #[serde(default)]
    pub bank_codes: BTreeMap<String, String>,
    /// Whether responses are accepted if the formula of their signature is unknown outside HPay.
    /// Such a response is protected by TLS and not by a verified signature, and its
    /// [`Raw::authenticity`](payments_core::Raw::authenticity) is unverified. Default: `accept`.
    #[serde(default)]
    pub unverified_answers: UnverifiedAnswers,
    /// Signature formulas that replace HPay's, as [`formulas::in_use`](crate::formulas::in_use)
    /// describes. The key is the part of a formula's name after the dot. Default: none.
    #[serde(default)]
    pub formulas: BTreeMap<String, String>,
    /// Switches between interpretations of HPay's documents that were not tested against the live
    /// service. Default: the defaults of [`Compat`].
    #[serde(default)]
    pub compat: Compat,
    /// The base address of the checkout. Default: `https://checkout-sandbox.hpay.com.vn` in the
    /// sandbox, `https://checkout.hpay.com.vn` in production (source: HPay API reference 1.0.0,
    /// Environments).
    #[serde(default)]
    pub checkout_url: Option<String>,
    /// The base address of the account service. Default: `https://account-sandbox.hpay.com.vn` in
    /// the sandbox, `https://account.hpay.com.vn` in production (source: HPay API reference 1.0.0,
    /// Environments).
    #[serde(default)]
    pub account_url: Option<String>,
    /// The base address of the OpenAPI. Default: `https://openapi-sandbox.htpgroup.com.vn` in the
    /// sandbox, `https://openapi.htpgroup.com.vn` in production (source: HPay API reference 1.0.0,
    /// Environments).
    #[serde(default)]
    pub openapi_url: Option<String>,
}

/// The currency of a merchant number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountCurrency {
    /// Đồng: `vnd`.
    #[default]
    Vnd,
    /// Whole US dollars: `usd`.
    Usd,
}

/// The library that makes RSA signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Signer {
    /// The `rsa` crate. Written `rsa` in the configuration.
    #[default]
    Rsa,
    /// aws-lc-rs, which is five times as fast. Written `aws-lc`; needs the cargo feature `aws-lc`.
    AwsLc,
}

/// The endpoint that accepts a merchant's payouts (source: HPay API reference 1.0.0, iBFT Payment).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutEndpoint {
    /// The endpoint for regular merchants, JSON to `/api/ibft/create`. Written `json`.
    #[default]
    Json,
    /// The endpoint for merchants that HPay calls "special", JSON to `/v1/fb/create`. Written
    /// `openapi`.
    Openapi,
    /// An endpoint that HPay deprecated, a form to `/api/ibft`. Written `form`.
    Form,
}

/// Whether responses are accepted if the formula of their signature is unknown outside HPay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnverifiedAnswers {
    /// Such responses are accepted and marked as unverified. Written `accept`.
    #[default]
    Accept,
    /// Such responses are refused. Written `refuse`.
    Refuse,
}

impl Config {
    /// Creates the configuration of a merchant account, with the defaults for all other keys.
    pub fn new(
        environment: Environment,
        merchant_id: impl Into<String>,
        receiver: impl Into<String>,
        passcode: Source,
    ) -> Self {
        Self {
            environment,
            merchant_id: merchant_id.into(),
            receiver: receiver.into(),
            passcode,
            return_url: None,
            notify_url: None,
            currency: AccountCurrency::default(),
            private_key: None,
            hpay_certificate: None,
            signer: Signer::default(),
            api: Apis::default(),
            openapi_client_id: None,
            openapi_client_secret: None,
            payout_endpoint: PayoutEndpoint::default(),
            bank_codes: BTreeMap::new(),
            unverified_answers: UnverifiedAnswers::default(),
            formulas: BTreeMap::new(),
            compat: Compat::default(),
            checkout_url: None,
            account_url: None,
            openapi_url: None,
        }
    }
}
