//! The keys of the User API: how often it is asked, which version does what, and the bank account
//! behind virtual accounts.

use std::num::NonZeroU32;

use payments_core::{AccountId, config::Reader, transport::Rate};

use crate::{
    bank::virtual_account::{VaSettings, orders},
    limits,
};

pub(super) struct UserApiSettings {
    pub(super) rate_v1: Option<Rate>,
    pub(super) rate_v2: Option<Rate>,
    pub(super) statements: Version,
    /// Which operations the orders of v1 have.
    pub(super) v1_orders: orders::Version,
    pub(super) virtual_accounts: Option<(Version, VaSettings)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

/// Keys that mean nothing without the User API.
pub(super) const KEYS: &[&str] = &[
    "userapi_url",
    "userapi_v1_url",
    "userapi_rate",
    "userapi_v1_rate",
    "userapi_v1_va_path",
    "statements_api",
    "va_account",
    "va_api",
    "va_prefix",
    "va_tid",
    "va_holder_names",
];

/// Keys that mean nothing without a bank account for virtual accounts.
const VA_ONLY: &[&str] = &["va_api", "va_prefix", "va_tid", "va_holder_names"];

/// More than SePay takes from anybody, and enough for a simulator.
const MOST_CALLS: i64 = 100_000;

const VERSIONS: &[(&str, Version)] = &[("v2", Version::V2), ("v1", Version::V1)];

impl UserApiSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Option<Self> {
        let rate_v1 = rate(read, "userapi_v1_rate", limits::USER_API_V1_CALLS_PER_SECOND);
        let rate_v2 = rate(read, "userapi_rate", limits::USER_API_V2_CALLS_PER_SECOND);
        let statements = read.choice("statements_api", VERSIONS);
        let va_path = [("va", orders::Version::V1), ("vas", orders::Version::V1Vas)];
        let v1_orders = read.choice("userapi_v1_va_path", &va_path);
        let virtual_accounts = virtual_accounts(read);
        Some(Self {
            rate_v1: rate_v1?,
            rate_v2: rate_v2?,
            statements: statements?,
            v1_orders: v1_orders?,
            virtual_accounts: virtual_accounts?,
        })
    }
}

/// How often to call; 0 is without a limit.
#[expect(clippy::option_option, reason = "the outer one is a problem that was noted")]
fn rate(read: &mut Reader<'_>, key: &'static str, default: u32) -> Option<Option<Rate>> {
    let calls = read.integer(key, default.into(), 0..=MOST_CALLS)?;
    let calls = NonZeroU32::new(u32::try_from(calls).ok()?);
    Some(calls.map(|calls| Rate::new(calls, limits::SECOND)))
}

#[expect(clippy::option_option, reason = "the outer one is a problem that was noted")]
fn virtual_accounts(read: &mut Reader<'_>) -> Option<Option<(Version, VaSettings)>> {
    if !read.has("va_account") {
        for key in VA_ONLY {
            if read.has(key) {
                read.problem(key, "needs va_account, the bank account behind virtual accounts");
            }
        }
        return Some(None);
    }
    let account = read.parsed("va_account", |id| AccountId::new(id).map_err(|e| e.to_string()));
    let version = read.choice("va_api", VERSIONS);
    let va_prefix = read.optional_text("va_prefix");
    let tid = read.optional_text("va_tid");
    let holder_names = read.flag("va_holder_names", false);
    let settings = VaSettings { account: account?, va_prefix, tid, holder_names: holder_names? };
    Some(Some((version?, settings)))
}
