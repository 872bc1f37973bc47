//! SePay's hosts.

use payments_core::Environment;

/// The addresses of one environment, without a slash at the end; each can be overridden.
///
/// SePay's pages disagree on the checkout's: these are the ones of its libraries' code and of its
/// sandbox page, which send forms to the `pay` host and everything else to `pgapi` (developer.
/// sepay.vn, payment gateway, sandbox; SePay API v2, sandbox).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hosts {
    /// Where a checkout form is posted.
    pub(crate) pay: &'static str,
    /// The order API of the payment gateway.
    pub(crate) order_api: &'static str,
    /// The User API v2.
    pub(crate) user_api: &'static str,
    /// The User API v1, which is older than the sandbox: its own is a site apart.
    pub(crate) user_api_v1: &'static str,
    /// OAuth2 and the partner API (developer.sepay.vn, SePay OAuth2: quick start). No sandbox is
    /// documented.
    #[cfg(feature = "oauth")]
    pub(crate) oauth: Option<&'static str>,
}

/// The path of the checkout form under its host (developer.sepay.vn, payment form).
pub(crate) const CHECKOUT_PATH: &str = "/v1/checkout/init";

const PRODUCTION: Hosts = Hosts {
    pay: "https://pay.sepay.vn",
    order_api: "https://pgapi.sepay.vn",
    user_api: "https://userapi.sepay.vn",
    user_api_v1: "https://my.sepay.vn/userapi",
    #[cfg(feature = "oauth")]
    oauth: Some("https://my.sepay.vn"),
};

const SANDBOX: Hosts = Hosts {
    pay: "https://pay-sandbox.sepay.vn",
    order_api: "https://pgapi-sandbox.sepay.vn",
    user_api: "https://userapi-sandbox.sepay.vn",
    user_api_v1: "https://my.dev.sepay.vn/userapi",
    #[cfg(feature = "oauth")]
    oauth: None,
};

impl Hosts {
    /// Those of an environment.
    pub(crate) const fn of(environment: Environment) -> Self {
        match environment {
            Environment::Production => PRODUCTION,
            Environment::Sandbox => SANDBOX,
        }
    }
}
