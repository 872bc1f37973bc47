//! The keys of the User API: its rate limits, the version for each role, and the bank account for
//! virtual accounts.

use std::num::NonZeroU32;

use provider_kit::{config::Reader, transport::Rate};

use super::{Config, UserApiVersion, V1VaPath};
use crate::{
    bank::virtual_account::{VaSettings, orders},
    hosts::Hosts,
    limits,
};

pub(super) struct UserApiSettings {
    pub(super) url_v1: String,
    pub(super) url_v2: String,
    pub(super) rate_v1: Option<Rate>,
    pub(super) rate_v2: Option<Rate>,
    pub(super) statements: UserApiVersion,
    /// The version of the operations that orders of v1 use.
    pub(super) v1_orders: orders::Version,
    pub(super) virtual_accounts: Option<(UserApiVersion, VaSettings)>,
}

/// Returns the keys that have no effect without the User API, and whether they are set.
pub(super) fn keys(config: &Config) -> [(&'static str, bool); 11] {
    [
        ("userapi_url", config.userapi_url.is_some()),
        ("userapi_v1_url", config.userapi_v1_url.is_some()),
        ("userapi_rate", config.userapi_rate.is_some()),
        ("userapi_v1_rate", config.userapi_v1_rate.is_some()),
        ("compat.userapi_v1_va_path", config.compat.userapi_v1_va_path.is_some()),
        ("statements_api", config.statements_api.is_some()),
        ("va_account", config.va_account.is_some()),
        ("va_api", config.va_api.is_some()),
        ("va_prefix", config.va_prefix.is_some()),
        ("va_tid", config.va_tid.is_some()),
        ("va_holder_names", config.va_holder_names.is_some()),
    ]
}

impl UserApiSettings {
    pub(super) fn of(config: &Config, read: &mut Reader<'_>) -> Option<Self> {
        let hosts = Hosts::of(config.environment);
        let url_v2 = read.given_url("userapi_url", config.userapi_url.as_deref(), hosts.user_api);
        let url_v1 =
            read.given_url("userapi_v1_url", config.userapi_v1_url.as_deref(), hosts.user_api_v1);
        let virtual_accounts = virtual_accounts(config, read);
        Some(Self {
            url_v1: url_v1?,
            url_v2: url_v2?,
            rate_v1: rate(config.userapi_v1_rate, limits::USER_API_V1_CALLS_PER_SECOND),
            rate_v2: rate(config.userapi_rate, limits::USER_API_V2_CALLS_PER_SECOND),
            statements: config.statements_api.unwrap_or_default(),
            v1_orders: match config.compat.userapi_v1_va_path.unwrap_or_default() {
                V1VaPath::Va => orders::Version::V1,
                V1VaPath::Vas => orders::Version::V1Vas,
            },
            virtual_accounts,
        })
    }
}

/// Returns the rate limit. 0 means no limit.
fn rate(given: Option<u32>, default: u32) -> Option<Rate> {
    let calls = NonZeroU32::new(given.unwrap_or(default));
    calls.map(|calls| Rate::new(calls, limits::SECOND))
}

fn virtual_accounts(
    config: &Config,
    read: &mut Reader<'_>,
) -> Option<(UserApiVersion, VaSettings)> {
    if !read.is_given("va_account", &config.va_account) {
        for (key, given) in [
            ("va_api", config.va_api.is_some()),
            ("va_prefix", config.va_prefix.is_some()),
            ("va_tid", config.va_tid.is_some()),
            ("va_holder_names", config.va_holder_names.is_some()),
        ] {
            if given {
                read.problem(key, "needs va_account, the bank account behind virtual accounts");
            }
        }
    }
    let settings = VaSettings {
        account: config.va_account.clone()?,
        va_prefix: config.va_prefix.clone(),
        tid: config.va_tid.clone(),
        holder_names: config.va_holder_names.unwrap_or_default(),
    };
    Some((config.va_api.unwrap_or_default(), settings))
}
