//! The addresses of the configuration, or those of the environment.

use payments_core::{Environment, config::Reader};

use crate::hosts::{CHECKOUT_PATH, Hosts};

/// Where SePay is, without a slash at the end.
pub(super) struct Addresses {
    pub(super) checkout: String,
    pub(super) order_api: String,
    pub(super) user_api: String,
    pub(super) user_api_v1: String,
}

impl Addresses {
    pub(super) fn read(read: &mut Reader<'_>, environment: Environment) -> Option<Self> {
        let hosts = Hosts::of(environment);
        let pay = read.url("pay_url", hosts.pay);
        let path = if read.has("checkout_path") {
            read.parsed("checkout_path", |path| {
                if path.starts_with('/') && !path.contains(['?', '#']) {
                    Ok(path.to_owned())
                } else {
                    Err("does not start with a slash, or has a query".to_owned())
                }
            })
        } else {
            Some(CHECKOUT_PATH.to_owned())
        };
        let order_api = read.url("pgapi_url", hosts.order_api);
        let user_api = read.url("userapi_url", hosts.user_api);
        let user_api_v1 = read.url("userapi_v1_url", hosts.user_api_v1);
        Some(Self {
            checkout: format!("{}{}", pay?, path?),
            order_api: order_api?,
            user_api: user_api?,
            user_api_v1: user_api_v1?,
        })
    }
}
