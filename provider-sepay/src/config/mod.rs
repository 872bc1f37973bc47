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
/// An omitted key is `None`. An unknown key is refused, and the error names the nearest known key.
/// Values and combinations of keys are checked when the provider is [built](crate::SePay::builder),
/// which reports all problems together. In TOML a [`Source`] is `{ env = "…" }`, `{ file = "…" }`
/// or, in the sandbox only, the secret itself. A key that accepts *several* secrets also accepts a
/// list of them, the newest first.
///
/// ```
/// use payments_core::{Environment, config::Source};
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
    /// The environment of the provider. Required.
    pub environment: Environment,

    /// The merchant id of the payment gateway (SePay's dashboard, payment gateway). Requires
    /// `secret_key`.
    #[serde(default)]
    pub merchant_id: Option<String>,
    /// The payment gateway's secret key, which signs forms and is the password of the order API.
    #[serde(default)]
    pub secret_key: Option<Source>,
    /// The secret that IPNs contain in `X-Secret-Key`. Accepts several while the secret changes.
    /// Default: `secret_key`, as in SePay's samples.
    #[serde(default)]
    pub ipn_secret: Option<Source>,
    /// The address that the buyer's browser goes to after a payment, unless the payment sets its
    /// own.
    #[serde(default)]
    pub success_url: Option<String>,
    /// The address that the buyer's browser goes to after a failure, unless the payment sets its
    /// own.
    #[serde(default)]
    pub error_url: Option<String>,
    /// The address that the buyer's browser goes to after the buyer cancels, unless the payment
    /// sets its own.
    #[serde(default)]
    pub cancel_url: Option<String>,

    /// The token of both versions of the User API (my.sepay.vn, API access).
    #[serde(default)]
    pub api_token: Option<Source>,
    /// The BIN of the bank with the account that buyers transfer to. Requires `account_number`,
    /// `api_token` and `code_prefix`.
    #[serde(default)]
    pub account_bin: Option<Bin>,
    /// The number of the account that buyers transfer to.
    #[serde(default)]
    pub account_number: Option<AccountNumber>,
    /// The holder of that account, in the spelling of the bank.
    #[serde(default)]
    pub account_holder: Option<String>,
    /// Virtual or sub-accounts of the same bank that buyers may also transfer to.
    #[serde(default, deserialize_with = "one_or_many::deserialize")]
    pub sub_accounts: Option<Vec<AccountNumber>>,
    /// The prefix of payment codes, 2 to 5 letters (SePay's dashboard, payment code).
    #[serde(default)]
    pub code_prefix: Option<String>,
    /// The length of the shortest order reference in a payment code, 1 to 20. Requires
    /// `code_prefix`.
    #[serde(default)]
    pub code_min: Option<u8>,
    /// The length of the longest order reference in a payment code. Default: `code_min`.
    #[serde(default)]
    pub code_max: Option<u8>,
    /// The characters of the order references. Default: letters and digits.
    #[serde(default)]
    pub code_characters: Option<CodeAlphabet>,
    /// Whether to accept a prefix that banks themselves write into memos (docs/unverified.md).
    /// Default: false.
    #[serde(default)]
    pub accept_bank_word: Option<bool>,
    /// The word before the payment code in a memo, or `none`. Default: `SEVQR` for VietinBank
    /// (docs/unverified.md), none for other banks.
    #[serde(default)]
    pub memo_lead: Option<String>,
    /// The version of the User API used for statements. Default: v2.
    #[serde(default)]
    pub statements_api: Option<UserApiVersion>,

    /// The bank account for which virtual accounts are opened, by its id in the User API. Enables
    /// the role.
    #[serde(default)]
    pub va_account: Option<AccountId>,
    /// The prefix of virtual account numbers, for Sacombank, unless a request sets its own.
    #[serde(default)]
    pub va_prefix: Option<String>,
    /// The terminal, for Vietcombank, unless a request sets its own.
    #[serde(default)]
    pub va_tid: Option<String>,
    /// Whether SePay has allowed the merchant to choose the holder's name (BIDV). Default: false.
    #[serde(default)]
    pub va_holder_names: Option<bool>,
    /// The version of the User API used to open virtual accounts. Default: v2; v1 supports only
    /// BIDV.
    #[serde(default)]
    pub va_api: Option<UserApiVersion>,

    /// The secret that signs webhooks (SePay's dashboard, webhooks, HMAC-SHA256). Accepts several
    /// while the secret changes.
    #[serde(default)]
    pub webhook_secret: Option<Source>,
    /// The client id with which SePay requests tokens for webhooks. Requires
    /// `webhook_client_secret` and `api_token`.
    #[serde(default)]
    pub webhook_client_id: Option<String>,
    /// The secret of that client. Accepts several while the secret changes.
    #[serde(default)]
    pub webhook_client_secret: Option<Source>,
    /// The key that webhooks contain. Accepts several while the key changes. Requires `api_token`,
    /// because the key proves nothing about the content of a webhook.
    #[serde(default)]
    pub webhook_api_key: Option<Source>,
    /// Whether to accept webhooks without authentication: `true`, or omitted. Requires `api_token`.
    #[serde(default)]
    pub webhook_unauthenticated: Option<bool>,
    /// The addresses and networks from which deliveries are accepted, or `documented` for
    /// [`DOCUMENTED_SOURCES`](crate::DOCUMENTED_SOURCES). Default: any.
    #[serde(default, deserialize_with = "one_or_many::deserialize")]
    pub source_ips: Option<Vec<String>>,

    /// The client id of the app that SePay registered for OAuth2. The `oauth_…` keys need the
    /// feature `oauth`.
    #[serde(default)]
    pub oauth_client_id: Option<String>,
    /// The app's secret.
    #[serde(default)]
    pub oauth_client_secret: Option<Source>,
    /// The address to which merchants' browsers return, as registered at SePay.
    #[serde(default)]
    pub oauth_redirect_url: Option<String>,
    /// The base address of the OAuth2 server and its API. Default: that of the environment; the
    /// sandbox has none.
    #[serde(default)]
    pub oauth_url: Option<String>,

    /// The base address of the checkout form. The default of this key and of the next three depends
    /// on the environment.
    #[serde(default)]
    pub pay_url: Option<String>,
    /// The base address of the order API.
    #[serde(default)]
    pub pgapi_url: Option<String>,
    /// The base address of the User API v2.
    #[serde(default)]
    pub userapi_url: Option<String>,
    /// The base address of the User API v1.
    #[serde(default)]
    pub userapi_v1_url: Option<String>,
    /// The most calls of the User API v2 in a second; 0 means no limit. Default: 3 (SePay API v2:
    /// authentication).
    #[serde(default)]
    pub userapi_rate: Option<u32>,
    /// The most calls of the User API v1 in a second; 0 means no limit. Default: 2 (SePay API v1:
    /// introduction).
    #[serde(default)]
    pub userapi_v1_rate: Option<u32>,

    /// Switches between interpretations of SePay's documents that are not verified.
    #[serde(default)]
    pub compat: Compat,
    /// Formulas that replace SePay's, by the part of their names after `sepay.`. For `checkout`,
    /// the word `checkout.allowlist` or a template; for `webhook`, a template (see
    /// [`formula`](crate::formula)).
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

payments_core::register!(REGISTRATION);

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
