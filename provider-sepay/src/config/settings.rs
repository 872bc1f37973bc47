//! The settings of a merchant at SePay, and the keys that must be given together.

use std::sync::Arc;

use http::HeaderValue;
use payments_core::{
    Secret,
    bank::{AccountNumber, BankAccount},
    rules::TextRules,
};
use provider_kit::config::Reader;

#[cfg(feature = "oauth")]
use super::oauth;
use super::{
    Config,
    codes::{self, Codes},
    formulas::Formulas,
    given::required,
    payment_gateway::GatewaySettings,
    user_api::{self, UserApiSettings},
    webhook,
};
#[cfg(feature = "oauth")]
use crate::oauth::AppSettings;
use crate::{
    bank::{Matching, transfer, webhook::WebhookAuth},
    notifications::Sources,
};

/// The settings of the configuration. If the reader has recorded a problem, they must not be used.
pub(super) struct Settings {
    /// The token of the User API, to recognise another provider with the same token.
    pub(super) api_token: Option<Secret>,
    pub(super) gateway: Option<GatewaySettings>,
    /// The header that authorises calls of the User API, and the settings for its use.
    pub(super) user_api: Option<(HeaderValue, UserApiSettings)>,
    pub(super) transfers: Option<TransferSettings>,
    pub(super) matching: Option<Arc<Matching>>,
    pub(super) webhook: Option<WebhookAuth>,
    pub(super) sources: Sources,
    #[cfg(feature = "oauth")]
    pub(super) oauth: Option<AppSettings>,
}

/// The account that buyers transfer to, and the order references from which a code can be made.
pub(super) struct TransferSettings {
    pub(super) account: BankAccount,
    pub(super) sub_accounts: Vec<AccountNumber>,
    pub(super) references: TextRules,
    /// The word before the code in the memo.
    pub(super) lead: Option<String>,
}

impl Settings {
    pub(super) fn of(config: &Config, read: &mut Reader<'_>) -> Self {
        let formulas = Formulas::of(config, read);
        let gateway = GatewaySettings::of(config, formulas.checkout, read);
        let has_token = read.is_given("api_token", &config.api_token);
        let api_token = config.api_token.as_ref();
        let api_token = api_token.and_then(|token| read.given_header_secret("api_token", token));
        let bearer = api_token.as_ref().and_then(|token| bearer(read, token));
        if !has_token {
            needs_token(config, read);
        }
        let user_api = UserApiSettings::of(config, read);
        let has_account = read.is_given("account_bin", &config.account_bin);
        let account = account(config, read);
        let sub_accounts = config.sub_accounts.clone().unwrap_or_default();
        if !sub_accounts.is_empty() && !has_account {
            read.problem("sub_accounts", "needs account_bin and account_number");
        }
        let codes = Codes::of(config, read);
        let is_vietinbank =
            account.as_ref().is_some_and(|account| account.bin.as_str() == transfer::VIETINBANK);
        let lead = match has_account {
            true => codes::memo_lead(config, read, is_vietinbank, codes.as_ref()),
            false => {
                if config.memo_lead.is_some() {
                    read.problem("memo_lead", "needs account_bin and account_number");
                }
                None
            }
        };
        if has_account && !read.is_given("code_prefix", &config.code_prefix) {
            read.problem(
                "code_prefix",
                "is missing; a transfer finds its order by the code in its memo",
            );
        }
        let webhook = webhook::auth(config, formulas.webhook, read);
        let sources = webhook::sources(config, read);
        let has_app = has_app(config, read);
        #[cfg(feature = "oauth")]
        let oauth = if has_app { oauth::app(config, read) } else { None };
        if !read.is_given("merchant_id", &config.merchant_id)
            && !read.is_given("secret_key", &config.secret_key)
            && !has_token
            && !webhook::is_given(config, read)
            && !has_app
        {
            read.problem(
                "merchant_id",
                "is missing, and so is everything else: give merchant_id and secret_key for the \
                 payment gateway, api_token for statements and transfers, or webhook_secret for \
                 webhooks",
            );
        }
        let transfers = match (&account, &codes) {
            (Some(account), Some(codes)) => Some(TransferSettings {
                account: account.clone(),
                sub_accounts: sub_accounts.clone(),
                references: codes.references.clone(),
                lead,
            }),
            _ => None,
        };
        let number = account.map(|account| account.number);
        let matching = codes.map(|codes| {
            let matching = Matching::new(codes.rules, codes.prefix, number);
            matching.with_sub_accounts(sub_accounts)
        });
        let user_api = bearer.zip(user_api);
        let opens = |(_, api): &(_, UserApiSettings)| api.virtual_accounts.is_some();
        let matching = match user_api.as_ref().is_some_and(opens) {
            true => Some(matching.unwrap_or_default().with_virtual_accounts()),
            false => matching,
        };
        Self {
            api_token,
            gateway,
            user_api,
            transfers,
            matching: matching.map(Arc::new),
            webhook,
            sources,
            #[cfg(feature = "oauth")]
            oauth,
        }
    }
}

/// Reports each key that has no effect without the User API, with the reason.
fn needs_token(config: &Config, read: &mut Reader<'_>) {
    let transfers = "transfers to this account are found in the statement";
    for (key, given, why) in [
        ("account_bin", config.account_bin.is_some(), transfers),
        ("webhook_api_key", config.webhook_api_key.is_some(), webhook::UNSIGNED),
        ("webhook_client_id", config.webhook_client_id.is_some(), webhook::UNSIGNED),
        ("webhook_unauthenticated", config.webhook_unauthenticated.is_some(), webhook::UNSIGNED),
    ] {
        if given {
            read.problem(key, format!("needs api_token: {why}"));
        }
    }
    for (key, given) in user_api::keys(config) {
        if given {
            read.problem(key, "needs api_token: the User API is not asked without");
        }
    }
}

/// Returns `true` if an app for OAuth2 is configured.
fn has_app(config: &Config, read: &mut Reader<'_>) -> bool {
    let mut has_app = false;
    for (key, given) in [
        ("oauth_client_id", config.oauth_client_id.is_some()),
        ("oauth_client_secret", config.oauth_client_secret.is_some()),
        ("oauth_redirect_url", config.oauth_redirect_url.is_some()),
        ("oauth_url", config.oauth_url.is_some()),
    ] {
        has_app |= given;
        if given && cfg!(not(feature = "oauth")) {
            read.problem(
                key,
                "needs the cargo feature `sepay-oauth` of payments, or `oauth` of provider-sepay",
            );
        }
    }
    has_app
}

fn bearer(read: &mut Reader<'_>, token: &Secret) -> Option<HeaderValue> {
    let header = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok();
    if header.is_none() {
        read.problem("api_token", "contains characters that tokens do not allow");
    }
    header
}

/// Reads the account that buyers transfer to, which needs both the bank and the number.
fn account(config: &Config, read: &mut Reader<'_>) -> Option<BankAccount> {
    if !read.is_given("account_bin", &config.account_bin)
        && !read.is_given("account_number", &config.account_number)
    {
        if config.account_holder.is_some() {
            read.problem("account_holder", "needs account_bin and account_number");
        }
        return None;
    }
    let bin = required(read, "account_bin", &config.account_bin);
    let number = required(read, "account_number", &config.account_number);
    let account = BankAccount::new(bin?, number?);
    Some(match &config.account_holder {
        Some(holder) => account.with_holder(holder),
        None => account,
    })
}
