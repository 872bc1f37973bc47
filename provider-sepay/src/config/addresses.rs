//! Where SePay is.

use payments_core::{Environment, config::Reader};

/// The addresses of one environment, without a slash at the end; each can be overridden.
///
/// SePay's pages disagree on the checkout's: these are the ones of its libraries' code and of its
/// sandbox page, which send forms to the `pay` host and everything else to `pgapi` (developer.
/// sepay.vn, payment gateway, sandbox; SePay API v2, sandbox).
pub(super) struct Addresses {
    /// Where a checkout form is posted.
    pub(super) checkout: String,
    /// The order API of the payment gateway.
    pub(super) order_api: String,
    /// The User API v2.
    pub(super) user_api: String,
    /// The User API v1, which is older than the sandbox: its own is a site apart.
    pub(super) user_api_v1: String,
}

impl Addresses {
    pub(super) fn read(read: &mut Reader<'_>, environment: Environment) -> Option<Self> {
        let (pay, order_api, user_api) = match environment {
            Environment::Production => {
                ("https://pay.sepay.vn", "https://pgapi.sepay.vn", "https://userapi.sepay.vn")
            }
            Environment::Sandbox => (
                "https://pay-sandbox.sepay.vn",
                "https://pgapi-sandbox.sepay.vn",
                "https://userapi-sandbox.sepay.vn",
            ),
        };
        let pay = read.url("pay_url", pay);
        let path = if read.has("checkout_path") {
            read.parsed("checkout_path", |path| {
                if path.starts_with('/') && !path.contains(['?', '#']) {
                    Ok(path.to_owned())
                } else {
                    Err("does not start with a slash, or has a query".to_owned())
                }
            })
        } else {
            Some("/v1/checkout/init".to_owned())
        };
        let order_api = read.url("pgapi_url", order_api);
        let user_api = read.url("userapi_url", user_api);
        let user_api_v1 = read.url(
            "userapi_v1_url",
            match environment {
                Environment::Production => "https://my.sepay.vn/userapi",
                Environment::Sandbox => "https://my.dev.sepay.vn/userapi",
            },
        );
        Some(Self {
            checkout: format!("{}{}", pay?, path?),
            order_api: order_api?,
            user_api: user_api?,
            user_api_v1: user_api_v1?,
        })
    }
}
