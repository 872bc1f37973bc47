//! The configuration of a provider, and its conversion to a provider.

mod assemble;
mod builder;
mod codes;
mod compat;
mod credentials;
mod formulas;
mod given;
#[cfg(feature = "oauth")]
mod oauth;
mod one_or_many;
mod payment_gateway;
mod settings;
mod token;
mod user_api;
mod webhook;

use std::collections::BTreeMap;

use payments_core::{
    AccountId, Environment, Provider,
    bank::{AccountNumber, Bin},
};
use provider_kit::{
    config::{ConfigProblem, ProviderConfig, Reader, Source},
    registry::{Context, Registration},
};
use serde::Deserialize;

use crate::{formula::FORMULAS, questions::QUESTIONS, readings::READINGS};
use assemble::assemble;
use settings::Settings;

pub use compat::{Compat, OrderListEnd, OrderListSort, V1VaPath};

/// The configuration of a merchant at SePay: every key of `[providers.…]`, under its name there.
///
/// An omitted key is `None`; unless its documentation states another default, the feature that it
/// configures is then off. An unknown key is refused, and the error names the nearest known key.
/// Values and combinations of keys are checked when the provider is [built](crate::SePay::builder),
/// which reports all problems together. In TOML a [`Source`] is `{ env = "…" }`, `{ file = "…" }`
/// or, in the sandbox only, the secret itself. A key that accepts *several* secrets also accepts a
/// list of them, the newest first.
///
/// ```
/// use payments_core::Environment;
/// use provider_kit::config::Source;
/// use provider_sepay::Config;
///
/// let mut config = Config::new(Environment::Production);
/// config.merchant_id = Some("SP-LIVE-XXXXXXX".to_owned());
/// config.secret_key = Some(Source::env("SEPAY_SECRET_KEY"));
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The environment: `"sandbox"` or `"production"`. Required.
    pub environment: Environment,

    /// The merchant id of the payment gateway, from SePay's dashboard. It must not contain a colon.
    /// Required if `secret_key` is set. Default: none, and the payment gateway is not available.
    #[serde(default)]
    pub merchant_id: Option<String>,
    /// The payment gateway's secret key, which signs forms and is the password of the order API.
    /// Required if `merchant_id` is set. Default: none.
    #[serde(default)]
    pub secret_key: Option<Source>,
    /// The secret that IPNs contain in the header `X-Secret-Key`. Accepts several while the secret
    /// changes. Requires `merchant_id`. Default: the value of `secret_key`, as in SePay's samples.
    #[serde(default)]
    pub ipn_secret: Option<Source>,
    /// The address to which the buyer's browser goes after a payment, unless the payment sets its
    /// own. Requires `merchant_id`. Default: none.
    #[serde(default)]
    pub success_url: Option<String>,
    /// The address to which the buyer's browser goes after a failure, unless the payment sets its
    /// own. Requires `merchant_id`. Default: none.
    #[serde(default)]
    pub error_url: Option<String>,
    /// The address to which the buyer's browser goes after the buyer cancels, unless the payment
    /// sets its own. Requires `merchant_id`. Default: none.
    #[serde(default)]
    pub cancel_url: Option<String>,

    /// The token of both versions of the User API, from my.sepay.vn, API access. Default: none, and
    /// the User API, statements and transfers are not available.
    #[serde(default)]
    pub api_token: Option<Source>,
    /// The BIN of the bank of the account to which buyers transfer. Required if `account_number` is
    /// set; requires `api_token` and `code_prefix`. Default: none, and payments by transfer are not
    /// available.
    #[serde(default)]
    pub account_bin: Option<Bin>,
    /// The number of the account to which buyers transfer. Required if `account_bin` is set.
    /// Default: none.
    #[serde(default)]
    pub account_number: Option<AccountNumber>,
    /// The holder of the account to which buyers transfer, in the spelling of the bank. Requires
    /// `account_number`. Default: none.
    #[serde(default)]
    pub account_holder: Option<String>,
    /// Virtual or sub-accounts of the same bank to which buyers may also transfer. Requires
    /// `account_bin`. Default: none.
    #[serde(default, deserialize_with = "one_or_many::deserialize")]
    pub sub_accounts: Option<Vec<AccountNumber>>,
    /// The prefix of payment codes, 2 to 5 letters, as set in SePay's dashboard under payment code.
    /// Required if `account_bin` is set. Default: none.
    #[serde(default)]
    pub code_prefix: Option<String>,
    /// The length of the shortest order reference in a payment code, from 1 to 20 characters.
    /// Required if `code_prefix` is set, and refused without it.
    #[serde(default)]
    pub code_min: Option<u8>,
    /// The length of the longest order reference in a payment code, from `code_min` to 20
    /// characters. Requires `code_prefix`. Default: the value of `code_min`.
    #[serde(default)]
    pub code_max: Option<u8>,
    /// The characters of the order references. Requires `code_prefix`. Default: letters and digits.
    #[serde(default)]
    pub code_characters: Option<CodeAlphabet>,
    /// Whether to accept a prefix that banks themselves write into memos (see docs/unverified.md).
    /// Requires `code_prefix`. Default: `false`.
    #[serde(default)]
    pub accept_bank_word: Option<bool>,
    /// The word before the payment code in a memo, or `"none"`. Requires `account_bin`. Default:
    /// `"SEVQR"` for VietinBank (see docs/unverified.md), and no word for other banks.
    #[serde(default)]
    pub memo_lead: Option<String>,
    /// The version of the User API used for statements. Requires `api_token`. Default: `v2`.
    #[serde(default)]
    pub statements_api: Option<UserApiVersion>,

    /// The bank account for which virtual accounts are opened, by its id in the User API. Requires
    /// `api_token`. Default: none, and the provider has no virtual accounts role.
    #[serde(default)]
    pub va_account: Option<AccountId>,
    /// The prefix of virtual account numbers at Sacombank, unless a request sets its own. Requires
    /// `va_account`. Default: none.
    #[serde(default)]
    pub va_prefix: Option<String>,
    /// The terminal id at Vietcombank, unless a request sets its own. Requires `va_account`.
    /// Default: none.
    #[serde(default)]
    pub va_tid: Option<String>,
    /// Whether SePay has allowed the merchant to choose the holder's name at BIDV. Requires
    /// `va_account`. Default: `false`.
    #[serde(default)]
    pub va_holder_names: Option<bool>,
    /// The version of the User API used to open virtual accounts. `v1` supports only BIDV. Requires
    /// `va_account`. Default: `v2`.
    #[serde(default)]
    pub va_api: Option<UserApiVersion>,

    /// The secret with which SePay signs webhooks, from SePay's dashboard under webhooks,
    /// HMAC-SHA256. Accepts several while the secret changes. Set at most one of `webhook_secret`,
    /// `webhook_client_id`, `webhook_api_key` and `webhook_unauthenticated`. Default: none.
    #[serde(default)]
    pub webhook_secret: Option<Source>,
    /// The client id with which SePay requests tokens for webhooks. It must not contain a colon.
    /// Requires `webhook_client_secret` and `api_token`. Default: none.
    #[serde(default)]
    pub webhook_client_id: Option<String>,
    /// The client secret that belongs to `webhook_client_id`. Accepts several while the secret
    /// changes. Required if `webhook_client_id` is set, and refused without it. Default: none.
    #[serde(default)]
    pub webhook_client_secret: Option<Source>,
    /// The API key that webhooks contain. Accepts several while the key changes. Requires
    /// `api_token`, because the key proves nothing about the content of a webhook. Default: none.
    #[serde(default)]
    pub webhook_api_key: Option<Source>,
    /// `true` to accept webhooks without authentication; `false` is refused, so omit the key
    /// instead. Requires `api_token`. Default: they are not accepted.
    #[serde(default)]
    pub webhook_unauthenticated: Option<bool>,
    /// The IP addresses and networks from which deliveries are accepted, or `documented` for
    /// [`DOCUMENTED_SOURCES`](crate::DOCUMENTED_SOURCES). Default: any address.
    #[serde(default, deserialize_with = "one_or_many::deserialize")]
    pub source_ips: Option<Vec<String>>,

    /// The client id of the app that SePay registered for OAuth2. Required if another `oauth_…` key
    /// is set; all of them need the cargo feature `oauth`. Default: none, and OAuth2 is not
    /// available.
    #[serde(default)]
    pub oauth_client_id: Option<String>,
    /// The client secret of the app that SePay registered for OAuth2. Required if `oauth_client_id`
    /// is set. Default: none.
    #[serde(default)]
    pub oauth_client_secret: Option<Source>,
    /// The address to which a merchant's browser returns after the merchant authorised the app, as
    /// registered at SePay. Required if `oauth_client_id` is set. Default: none.
    #[serde(default)]
    pub oauth_redirect_url: Option<String>,
    /// The base address of the OAuth2 server and its API. Required in the sandbox if
    /// `oauth_client_id` is set, because SePay documents no sandbox of OAuth2. Default in
    /// production: `https://my.sepay.vn`.
    #[serde(default)]
    pub oauth_url: Option<String>,

    /// The base address of the checkout form. Requires `merchant_id`. Default:
    /// `https://pay-sandbox.sepay.vn` in the sandbox, `https://pay.sepay.vn` in production.
    #[serde(default)]
    pub pay_url: Option<String>,
    /// The base address of the order API. Requires `merchant_id`. Default:
    /// `https://pgapi-sandbox.sepay.vn` in the sandbox, `https://pgapi.sepay.vn` in production.
    #[serde(default)]
    pub pgapi_url: Option<String>,
    /// The base address of the User API v2. Requires `api_token`. Default:
    /// `https://userapi-sandbox.sepay.vn` in the sandbox, `https://userapi.sepay.vn` in production.
    #[serde(default)]
    pub userapi_url: Option<String>,
    /// The base address of the User API v1. Requires `api_token`. Default:
    /// `https://my.dev.sepay.vn/userapi` in the sandbox, `https://my.sepay.vn/userapi` in
    /// production.
    #[serde(default)]
    pub userapi_v1_url: Option<String>,
    /// The maximum number of calls of the User API v2 per second. 0 means no limit. Requires
    /// `api_token`. Default: 3 (source: SePay API v2, authentication).
    #[serde(default)]
    pub userapi_rate: Option<u32>,
    /// The maximum number of calls of the User API v1 per second. 0 means no limit. Requires
    /// `api_token`. Default: 2 (source: SePay API v1, introduction).
    #[serde(default)]
    pub userapi_v1_rate: Option<u32>,

    /// Switches between interpretations of SePay's documents that are not verified. Default: the
    /// defaults of [`Compat`].
    #[serde(default)]
    pub compat: Compat,
    /// Signature formulas that replace SePay's. The key is `checkout`, with the value
    /// `checkout.allowlist` or a template, or `webhook`, with a template (see
    /// [`formula`](crate::formula)). Default: none.
    #[serde(default)]
    pub formulas: BTreeMap<String, String>,
}

impl Config {
    /// Creates a configuration in which no other key is set.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            merchant_id: None,
            secret_key: None,
            ipn_secret: None,
            success_url: None,
            error_url: None,
            cancel_url: None,
            api_token: None,
            account_bin: None,
            account_number: None,
            account_holder: None,
            sub_accounts: None,
            code_prefix: None,
            code_min: None,
            code_max: None,
            code_characters: None,
            accept_bank_word: None,
            memo_lead: None,
            statements_api: None,
            va_account: None,
            va_prefix: None,
            va_tid: None,
            va_holder_names: None,
            va_api: None,
            webhook_secret: None,
            webhook_client_id: None,
            webhook_client_secret: None,
            webhook_api_key: None,
            webhook_unauthenticated: None,
            source_ips: None,
            oauth_client_id: None,
            oauth_client_secret: None,
            oauth_redirect_url: None,
            oauth_url: None,
            pay_url: None,
            pgapi_url: None,
            userapi_url: None,
            userapi_v1_url: None,
            userapi_rate: None,
            userapi_v1_rate: None,
            compat: Compat::default(),
            formulas: BTreeMap::new(),
        }
    }
}

/// The characters of an order reference in a payment code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CodeAlphabet {
    /// Letters and digits: `letters-and-digits`.
    #[default]
    LettersAndDigits,
    /// Digits only: `digits`.
    Digits,
}

/// A version of the User API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UserApiVersion {
    /// Version 2: `v2`.
    #[default]
    V2,
    /// Version 1: `v1`.
    V1,
}

/// The registration of this crate, with the kind `sepay`.
pub const REGISTRATION: Registration = Registration::new(
    "sepay",
    env!("CARGO_PKG_NAME"),
    env!("CARGO_PKG_VERSION"),
    build,
    include_str!("example.toml"),
)
.with_formulas(FORMULAS)
.with_readings(READINGS)
.with_questions(QUESTIONS);

provider_kit::register!(REGISTRATION);

/// Builds a provider from a configuration in text, which is read as a [`Config`].
///
/// Its roles depend on the configured keys: payments with the payment gateway's `merchant_id` and
/// `secret_key` or with an account for transfers, statements with an `api_token`, notifications
/// with the payment gateway or with one of the four authentications of webhooks. Every key:
///
/// ```toml
#[doc = include_str!("example.toml")]
/// ```
///
/// # Errors
/// Returns every problem of the configuration.
pub fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    match read.typed() {
        Some(typed) => provider_of(&typed, config, read, context),
        None => Err(read.finish()),
    }
}

/// Builds a provider from a typed configuration, with an identity. `read` has the problems that
/// were found before.
fn provider_of(
    config: &Config,
    identity: &ProviderConfig,
    mut read: Reader<'_>,
    context: &Context,
) -> Result<Provider, Vec<ConfigProblem>> {
    let settings = Settings::of(config, &mut read);
    let problems = read.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let (id, kind) = (identity.id.clone(), identity.kind.clone());
    assemble(Provider::new(id, kind, identity.environment), context, settings)
        .map_err(|error| vec![ConfigProblem::new(identity.path("kind"), error.to_string())])
}
