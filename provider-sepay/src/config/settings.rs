//! What a merchant has at SePay, and which keys belong together.

use std::sync::Arc;

use http::HeaderValue;
use payments_core::{
    Environment, Secret,
    bank::{AccountNumber, BankAccount, Bin},
    config::Reader,
    rules::TextRules,
};

use super::{
    codes::{self, Codes},
    payment_gateway::GatewaySettings,
    user_api::{self, UserApiSettings},
    webhook,
};
use crate::{
    bank::{Matching, transfer, webhook::WebhookAuth},
    notifications::Sources,
};
#[cfg(feature = "oauth")]
use {super::oauth, crate::oauth::AppSettings};

/// What is configured. What is wrong is noted with the reader, and then nothing here counts.
pub(super) struct Settings {
    /// The token of the User API itself, to tell whether another provider has it too.
    pub(super) api_token: Option<Secret>,
    pub(super) gateway: Option<GatewaySettings>,
    /// The header that authorises calls of the User API, and how it is used.
    pub(super) user_api: Option<(HeaderValue, UserApiSettings)>,
    pub(super) transfers: Option<TransferSettings>,
    pub(super) matching: Option<Arc<Matching>>,
    pub(super) webhook: Option<WebhookAuth>,
    pub(super) sources: Sources,
    #[cfg(feature = "oauth")]
    pub(super) oauth: Option<AppSettings>,
    /// What works and is unwise, each naming its key.
    pub(super) warnings: Vec<String>,
}

/// The account that buyers transfer to, and the references that make a code.
pub(super) struct TransferSettings {
    pub(super) account: BankAccount,
    pub(super) sub_accounts: Vec<AccountNumber>,
    pub(super) references: TextRules,
    /// What is written before the code in the memo.
    pub(super) lead: Option<String>,
}

/// Keys that mean nothing without the User API, and why.
const TOKEN_ONLY: &[(&str, &str)] = &[
    ("account_bin", "transfers to this account are found in the statement"),
    ("webhook_api_key", webhook::UNSIGNED),
    ("webhook_client_id", webhook::UNSIGNED),
    ("webhook_unauthenticated", webhook::UNSIGNED),
];

impl Settings {
    pub(super) fn read(read: &mut Reader<'_>, environment: Environment) -> Self {
        let gateway = GatewaySettings::read(read);
        let has_token = read.has("api_token");
        let api_token = if has_token { read.header_secret("api_token") } else { None };
        let bearer = api_token.as_ref().and_then(|token| bearer(read, token));
        if !has_token {
            for (key, why) in TOKEN_ONLY {
                if read.has(key) {
                    read.problem(key, format!("needs api_token: {why}"));
                }
            }
            for key in user_api::KEYS {
                if read.has(key) {
                    read.problem(key, "needs api_token: the User API is not asked without");
                }
            }
        }
        let user_api = UserApiSettings::read(read);
        let account = account(read);
        let sub_accounts = sub_accounts(read);
        let mut warnings = Vec::new();
        let codes = Codes::read(read, &mut warnings);
        let is_vietinbank =
            account.as_ref().is_some_and(|account| account.bin.as_str() == transfer::VIETINBANK);
        let lead =
            codes::memo_lead(read, &mut warnings, is_vietinbank, codes.as_ref(), &sub_accounts);
        if read.has("account_bin") && !read.has("code_prefix") {
            read.problem(
                "code_prefix",
                "is missing; a transfer finds its order by the code in its memo",
            );
        }
        let webhook = webhook::auth(read);
        let sources = webhook::sources(read);
        #[cfg(feature = "oauth")]
        let oauth = oauth::app(read, environment);
        #[cfg(feature = "oauth")]
        let has_app = oauth.is_some();
        #[cfg(not(feature = "oauth"))]
        let has_app = without_oauth(read, environment);
        if !read.has("merchant_id")
            && !read.has("secret_key")
            && !has_token
            && webhook.is_none()
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
        let matching = matching.map(Arc::new);
        Self {
            api_token,
            gateway,
            user_api,
            transfers,
            matching,
            webhook,
            sources,
            #[cfg(feature = "oauth")]
            oauth,
            warnings,
        }
    }
}

fn bearer(read: &mut Reader<'_>, token: &Secret) -> Option<HeaderValue> {
    let header = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok();
    if header.is_none() {
        read.problem("api_token", "holds characters that no token has");
    }
    header
}

/// The account that buyers transfer to: bank and number, or neither.
fn account(read: &mut Reader<'_>) -> Option<BankAccount> {
    let holder = read.optional_text("account_holder");
    if !read.has("account_bin") && !read.has("account_number") {
        if holder.is_some() {
            read.problem("account_holder", "needs account_bin and account_number");
        }
        return None;
    }
    let bin = read.parsed("account_bin", |text| Bin::new(text).map_err(|e| e.to_string()));
    let number =
        read.parsed("account_number", |text| AccountNumber::new(text).map_err(|e| e.to_string()));
    let account = BankAccount::new(bin?, number?);
    Some(match holder {
        Some(holder) => account.with_holder(holder),
        None => account,
    })
}

/// Virtual or sub-accounts of the same bank that buyers may be told to transfer to as well.
fn sub_accounts(read: &mut Reader<'_>) -> Vec<AccountNumber> {
    if read.has("sub_accounts") && !read.has("account_bin") {
        read.problem("sub_accounts", "needs account_bin and account_number");
    }
    let number = |text: &str| AccountNumber::new(text).map_err(|error| error.to_string());
    read.optional_list("sub_accounts", number).unwrap_or_default()
}

/// Refuses the keys of an app in a program that was built without the feature for it.
#[cfg(not(feature = "oauth"))]
fn without_oauth(read: &mut Reader<'_>, _: Environment) -> bool {
    let keys = ["oauth_client_id", "oauth_client_secret", "oauth_redirect_url", "oauth_url"];
    let mut has_app = false;
    for key in keys {
        if read.has(key) {
            has_app = true;
            read.problem(key, "needs the cargo feature `oauth` of provider-sepay");
        }
    }
    has_app
}
