//! The configuration of one merchant account.

use std::collections::BTreeMap;

use payments_core::{Environment, config::Source};
use serde::Deserialize;

use crate::{api::Apis, compat::Compat};

/// The configuration of one merchant account at HPay, from any serde source or by code.
///
/// A key that is not known is refused with the nearest one that is. What can be wrong with a value is
/// found when the [provider is built](crate::HPay::builder), all at once.
///
/// ```
/// use payments_core::{Environment, config::Source};
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
    /// Where it runs: `"sandbox"` or `"production"`. Needed.
    pub environment: Environment,
    /// The number that HPay gave the merchant: `merchant_site_code`, MID. Needed; without pipes and
    /// white space.
    pub merchant_id: String,
    /// The primary e-mail of the account: `receiver` of links, `merchantEmail` of payouts. Needed.
    pub receiver: String,
    /// The secret of HPay's MD5 codes: `secure_pass`, "communication password". Needed. Several,
    /// newest first, while HPay changes it. Long and random: everyone who sees one link or
    /// notification can try passcodes on it.
    pub passcode: Source,
    /// Where buyers return to if a payment does not say. Default: none, and each payment has to.
    #[serde(default)]
    pub return_url: Option<String>,
    /// Where payment notifications are sent if a payment does not say. Default: none.
    #[serde(default)]
    pub notify_url: Option<String>,
    /// The currency of links, `vnd` or `usd`; HPay gives a number of its own for each. Default:
    /// `vnd` (HPay API reference 1.0.0, Create Link).
    #[serde(default)]
    pub currency: AccountCurrency,
    /// The merchant's RSA key, PEM or DER, PKCS#8 or PKCS#1, 2048 bits or more. Default: none;
    /// payouts, the balance and the newer OpenAPI need it and `hpay_certificate` (HPay API reference
    /// 1.0.0, FirmBanking).
    #[serde(default)]
    pub private_key: Option<Source>,
    /// HPay's certificate or public key, PEM or DER. Not secret. Default: none.
    #[serde(default)]
    pub hpay_certificate: Option<Source>,
    /// Which library signs: `rsa`, or `aws-lc` with the cargo feature of that name. Default: `rsa`.
    #[serde(default)]
    pub signer: Signer,
    /// Which of HPay's two APIs each role speaks: `openapi` for virtual accounts, payouts and the
    /// balance, or a table such as `{ payouts = "openapi" }`. Default: `reference` for all of them.
    #[serde(default)]
    pub api: Apis,
    /// The name of the merchant's program at the newer OpenAPI. Default: none; what `api` lets speak it
    /// needs it.
    #[serde(default)]
    pub openapi_client_id: Option<String>,
    /// The secret of that name. Default: none; as there.
    #[serde(default)]
    pub openapi_client_secret: Option<Source>,
    /// Which endpoint accepts payouts. Default: `json`, `/api/ibft/create` (HPay API reference 1.0.0,
    /// iBFT Payment).
    #[serde(default)]
    pub payout_endpoint: PayoutEndpoint,
    /// HPay's codes of banks by their BIN, in the place of those of table 3 of the reference or
    /// beside them, such as `970419 = "NCB"`. Default: table 3.
    #[serde(default)]
    pub bank_codes: BTreeMap<String, String>,
    /// Whether responses whose formula is unknown outside HPay are believed. Default: `accept`: they
    /// are as good as their TLS, and say so by
    /// [`Raw::authenticity`](payments_core::Raw::authenticity).
    #[serde(default)]
    pub unverified_answers: UnverifiedAnswers,
    /// Signature formulas in the place of HPay's, as [`formulas::in_use`](crate::formulas::in_use)
    /// describes, by the part of a formula's name after the dot. Default: none.
    #[serde(default)]
    pub formulas: BTreeMap<String, String>,
    /// Switches for readings of HPay's interface that were not tried against the live service.
    #[serde(default)]
    pub compat: Compat,
    /// The address of the checkout. Default: `https://checkout-sandbox.hpay.com.vn` or
    /// `https://checkout.hpay.com.vn` (HPay API reference 1.0.0, Environments).
    #[serde(default)]
    pub checkout_url: Option<String>,
    /// The address of the account service. Default: `https://account-sandbox.hpay.com.vn` or
    /// `https://account.hpay.com.vn` (as there).
    #[serde(default)]
    pub account_url: Option<String>,
    /// The address of the OpenAPI. Default: `https://openapi-sandbox.htpgroup.com.vn` or
    /// `https://openapi.htpgroup.com.vn` (as there).
    #[serde(default)]
    pub openapi_url: Option<String>,
}

/// The currency of a merchant's number.
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

/// Which library makes RSA signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Signer {
    /// The `rsa` crate: `rsa`.
    #[default]
    Rsa,
    /// aws-lc-rs, five times as fast: `aws-lc`. Needs the cargo feature `aws-lc`.
    AwsLc,
}

/// Which endpoint accepts a merchant's payouts (HPay API reference 1.0.0, iBFT Payment).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutEndpoint {
    /// For regular merchants: `json`, JSON to `/api/ibft/create`.
    #[default]
    Json,
    /// For "special" merchants, if HPay says so: `openapi`, JSON to `/v1/fb/create`.
    Openapi,
    /// Deprecated by HPay: `form`, a form to `/api/ibft`.
    Form,
}

/// Whether responses whose formula is unknown outside HPay are believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnverifiedAnswers {
    /// They are carried as unverified: `accept`.
    #[default]
    Accept,
    /// They are not believed: `refuse`.
    Refuse,
}

impl Config {
    /// The configuration of a merchant account, everything else as by default.
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
