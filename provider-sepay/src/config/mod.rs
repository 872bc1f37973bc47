//! The configuration of a provider, and how one is made of it.

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

/// How a provider of SePay's is configured: every key of `[providers.…]`, under its name there.
///
/// A key that is left out is `None`; one that is not known is refused with the nearest that is. What
/// can be wrong with a value, or with what belongs together, is found when the provider is
/// [built](crate::SePay::builder), all at once. In text a [`Source`] is `{ env = "…" }`,
/// `{ file = "…" }` or, in the sandbox, the secret itself; where the documentation says *several*, also
/// a list of them, newest first.
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
    /// Where the provider runs. Has to be given.
    pub environment: Environment,

    /// The payment gateway's merchant (SePay's dashboard, payment gateway). With `secret_key`.
    #[serde(default)]
    pub merchant_id: Option<String>,
    /// The payment gateway's secret key, which signs forms and is the password of the order API.
    #[serde(default)]
    pub secret_key: Option<Source>,
    /// The secret that IPNs carry in `X-Secret-Key`; several while it changes. Default: `secret_key`, as in SePay's samples.
    #[serde(default)]
    pub ipn_secret: Option<Source>,
    /// Where the buyer's browser goes after a payment, unless a request says so.
    #[serde(default)]
    pub success_url: Option<String>,
    /// Where it goes after a failure, unless a request says so.
    #[serde(default)]
    pub error_url: Option<String>,
    /// Where it goes when the buyer turns back, unless a request says so.
    #[serde(default)]
    pub cancel_url: Option<String>,

    /// The token of the User API, both versions (my.sepay.vn, API access).
    #[serde(default)]
    pub api_token: Option<Source>,
    /// The BIN of the bank of the account that buyers transfer to. With `account_number`, `api_token`
    /// and `code_prefix`.
    #[serde(default)]
    pub account_bin: Option<Bin>,
    /// The number of that account.
    #[serde(default)]
    pub account_number: Option<AccountNumber>,
    /// Whose it is, as the bank writes it.
    #[serde(default)]
    pub account_holder: Option<String>,
    /// Virtual or sub-accounts of the same bank that buyers may transfer to as well.
    #[serde(default, deserialize_with = "one_or_many::deserialize")]
    pub sub_accounts: Option<Vec<AccountNumber>>,
    /// The prefix of payment codes, 2 to 5 letters (SePay's dashboard, payment code).
    #[serde(default)]
    pub code_prefix: Option<String>,
    /// How long the shortest order reference in a code is, 1 to 20. With `code_prefix`.
    #[serde(default)]
    pub code_min: Option<u8>,
    /// How long the longest is. Default: `code_min`.
    #[serde(default)]
    pub code_max: Option<u8>,
    /// Which characters the references are made of. Default: letters and digits.
    #[serde(default)]
    pub code_characters: Option<CodeAlphabet>,
    /// Accepts a prefix that banks write into memos themselves (docs/unverified.md). Default: false.
    #[serde(default)]
    pub accept_bank_word: Option<bool>,
    /// What is written before the code in a memo, or `none`. Default: `SEVQR` at VietinBank
    /// (docs/unverified.md), nothing elsewhere.
    #[serde(default)]
    pub memo_lead: Option<String>,
    /// Which version of the User API tells statements. Default: v2.
    #[serde(default)]
    pub statements_api: Option<UserApiVersion>,

    /// The bank account behind virtual accounts, by its id in the User API. Switches the role on.
    #[serde(default)]
    pub va_account: Option<AccountId>,
    /// Sacombank's prefix, unless a request gives one.
    #[serde(default)]
    pub va_prefix: Option<String>,
    /// Vietcombank's terminal, unless a request gives one.
    #[serde(default)]
    pub va_tid: Option<String>,
    /// Whether SePay has allowed names of our choice (BIDV). Default: false.
    #[serde(default)]
    pub va_holder_names: Option<bool>,
    /// Which version of the User API opens virtual accounts. Default: v2; v1 is for BIDV alone.
    #[serde(default)]
    pub va_api: Option<UserApiVersion>,

    /// The secret that signs webhooks, several while it changes (SePay's dashboard, webhooks, HMAC-SHA256).
    #[serde(default)]
    pub webhook_secret: Option<Source>,
    /// The client as which SePay fetches tokens for webhooks. With `webhook_client_secret` and
    /// `api_token`.
    #[serde(default)]
    pub webhook_client_id: Option<String>,
    /// The secret of that client; several while it changes.
    #[serde(default)]
    pub webhook_client_secret: Option<Source>,
    /// The key that webhooks carry, several while it changes. With `api_token`: nothing else is proven by it.
    #[serde(default)]
    pub webhook_api_key: Option<Source>,
    /// Takes webhooks that carry nothing. With `api_token`. `true` or left out.
    #[serde(default)]
    pub webhook_unauthenticated: Option<bool>,
    /// The addresses and networks that deliveries may come from, or `documented` for
    /// [`DOCUMENTED_SOURCES`](crate::DOCUMENTED_SOURCES). Default: any.
    #[serde(default, deserialize_with = "one_or_many::deserialize")]
    pub source_ips: Option<Vec<String>>,

    /// The app that SePay registered for OAuth2. The `oauth_…` keys need the feature `oauth`.
    #[serde(default)]
    pub oauth_client_id: Option<String>,
    /// The app's secret.
    #[serde(default)]
    pub oauth_client_secret: Option<Source>,
    /// Where merchants' browsers return, as SePay registered it.
    #[serde(default)]
    pub oauth_redirect_url: Option<String>,
    /// The server of OAuth2 and its API. Default: that of the environment; the sandbox has none.
    #[serde(default)]
    pub oauth_url: Option<String>,

    /// The host of the checkout form. Default: that of the environment, as of the next three.
    #[serde(default)]
    pub pay_url: Option<String>,
    /// The host of the order API.
    #[serde(default)]
    pub pgapi_url: Option<String>,
    /// The host of the User API v2.
    #[serde(default)]
    pub userapi_url: Option<String>,
    /// The address of the User API v1.
    #[serde(default)]
    pub userapi_v1_url: Option<String>,
    /// Calls of the User API v2 in a second; 0 does not wait. Default: 3 (SePay API v2:
    /// authentication).
    #[serde(default)]
    pub userapi_rate: Option<u32>,
    /// Calls of the User API v1 in a second; 0 does not wait. Default: 2 (SePay API v1:
    /// introduction).
    #[serde(default)]
    pub userapi_v1_rate: Option<u32>,

    /// Readings of SePay's documents that are not verified.
    #[serde(default)]
    pub compat: Compat,
    /// Formulas in the place of SePay's, by the part of their names after `sepay.`: for `checkout`
    /// the word `checkout.allowlist` or a template, for `webhook` a template (see
    /// [`formula`](crate::formula)).
    #[serde(default)]
    pub formulas: BTreeMap<String, String>,
}

impl Config {
    /// A configuration of nothing yet.
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
    /// `letters-and-digits`.
    #[default]
    LettersAndDigits,
    /// `digits`.
    Digits,
}

/// A version of the User API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UserApiVersion {
    /// `v2`.
    #[default]
    V2,
    /// `v1`.
    V1,
}

/// This provider: kind `sepay`.
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

/// Makes a provider of a configuration in text: reads a [`Config`] and builds that.
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
    match read.typed() {
        Some(typed) => provider_of(&typed, config, read, context),
        None => Err(read.finish()),
    }
}

/// Makes a provider of a typed configuration under an identity; `read` has the problems that were found
/// before.
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
