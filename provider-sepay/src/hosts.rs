//! SePay's hosts.

use payments_core::Environment;

/// The addresses of one environment, without a trailing slash. The configuration can replace each
/// of them.
///
/// SePay's documents contradict each other on the address of the checkout. These are the addresses
/// in the code of its libraries and on its sandbox page, which send forms to the `pay` host and all
/// other requests to `pgapi` (developer. sepay.vn, payment gateway, sandbox; SePay API v2,
/// sandbox).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hosts {
    /// The address to which a checkout form is posted.
    pub(crate) pay: &'static str,
    /// The address of the order API of the payment gateway.
    pub(crate) order_api: &'static str,
    /// The address of the User API v2.
    pub(crate) user_api: &'static str,
    /// The address of the User API v1. It is older than the sandbox, whose own v1 is on a separate
    /// site.
    pub(crate) user_api_v1: &'static str,
    /// The address of OAuth2 and the partner API (source: developer.sepay.vn, SePay OAuth2: quick
    /// start). No sandbox is documented.
    #[cfg(feature = "oauth")]
    pub(crate) oauth: Option<&'static str>,
}

/// The path of the checkout form on its host (source: developer.sepay.vn, payment form).
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
    /// Returns the addresses of an environment.
    pub(crate) const fn of(environment: Environment) -> Self {
        match environment {
            Environment::Production => PRODUCTION,
            Environment::Sandbox => SANDBOX,
        }
    }
}
