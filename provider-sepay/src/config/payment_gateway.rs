//! The settings of the payment gateway.

use payments_core::Secret;
use provider_kit::{
    config::Reader,
    signature::{Formula, Keys},
};

use super::{
    Config, OrderListEnd, OrderListSort,
    given::{NO_SECRET, page_address, parsed, required},
    webhook::ADVICE,
};
use crate::{
    hosts::{CHECKOUT_PATH, Hosts},
    payment_gateway::{SortSpelling, Spelling, checkout::ReturnUrls},
};

pub(super) struct GatewaySettings {
    pub(super) merchant_id: String,
    pub(super) secret_key: Secret,
    pub(super) ipn_secret: Keys,
    pub(super) formula: Formula,
    pub(super) return_urls: ReturnUrls,
    pub(super) spelling: Spelling,
    /// The address to which the form is posted.
    pub(super) checkout: String,
    pub(super) order_api: String,
}

impl GatewaySettings {
    /// Reads the settings. `None` if the payment gateway is not configured, or after a problem.
    pub(super) fn of(config: &Config, formula: Formula, read: &mut Reader<'_>) -> Option<Self> {
        if read.is_given("merchant_id", &config.merchant_id)
            || read.is_given("secret_key", &config.secret_key)
        {
            return Self::present(config, formula, read);
        }
        let compat = &config.compat;
        for (key, given) in [
            ("ipn_secret", config.ipn_secret.is_some()),
            ("success_url", config.success_url.is_some()),
            ("error_url", config.error_url.is_some()),
            ("cancel_url", config.cancel_url.is_some()),
            ("pay_url", config.pay_url.is_some()),
            ("pgapi_url", config.pgapi_url.is_some()),
            ("compat.checkout_path", compat.checkout_path.is_some()),
            ("compat.order_list_end", compat.order_list_end.is_some()),
            ("compat.order_list_sort", compat.order_list_sort.is_some()),
            ("formulas.checkout", config.formulas.contains_key("checkout")),
        ] {
            if given {
                read.problem(key, "is for the payment gateway; give merchant_id and secret_key");
            }
        }
        None
    }

    fn present(config: &Config, formula: Formula, read: &mut Reader<'_>) -> Option<Self> {
        let merchant_id = required(read, "merchant_id", &config.merchant_id);
        let merchant_id = merchant_id.and_then(|id| {
            parsed(read, "merchant_id", &id, |text| match text.contains(':') {
                // It is the user name of Basic authentication (RFC 7617, section 2).
                true => Err("contains a colon, which merchant ids do not allow".to_owned()),
                false => Ok(text.to_owned()),
            })
        });
        if !read.is_given("secret_key", &config.secret_key) {
            read.problem("secret_key", NO_SECRET);
        }
        let secret_key = config.secret_key.as_ref();
        let secret_key = secret_key.and_then(|it| read.given_header_secret("secret_key", it));
        if let Some(secret) = &secret_key {
            read.warn_if_short("secret_key", secret, "one checkout form", ADVICE);
        }
        // SePay does not document whether the secret of its IPNs is the secret key; its samples
        // compare with the secret key.
        let ipn_secret = match &config.ipn_secret {
            Some(keys) => read.given_header_keys("ipn_secret", keys),
            None => secret_key.clone().map(Keys::one),
        };
        if let Some(newest) = ipn_secret.as_ref().and_then(Keys::newest)
            && config.ipn_secret.is_some()
        {
            read.warn_if_short("ipn_secret", newest, "many posts", ADVICE);
        }
        let return_urls = ReturnUrls {
            success: page_address(read, "success_url", &config.success_url),
            error: page_address(read, "error_url", &config.error_url),
            cancel: page_address(read, "cancel_url", &config.cancel_url),
        };
        let hosts = Hosts::of(config.environment);
        let pay = read.given_url("pay_url", config.pay_url.as_deref(), hosts.pay);
        let path = config.compat.checkout_path.as_deref().unwrap_or(CHECKOUT_PATH);
        let path = parsed(read, "compat.checkout_path", path, |path| {
            if path.starts_with('/') && !path.contains(['?', '#']) {
                Ok(path.to_owned())
            } else {
                Err("does not start with a slash, or has a query".to_owned())
            }
        });
        let order_api = read.given_url("pgapi_url", config.pgapi_url.as_deref(), hosts.order_api);
        Some(Self {
            merchant_id: merchant_id?,
            secret_key: secret_key?,
            ipn_secret: ipn_secret?,
            formula,
            return_urls,
            spelling: spelling(config),
            checkout: format!("{}{}", pay?, path?),
            order_api: order_api?,
        })
    }
}

/// Returns the spelling of the configuration, or else that of the libraries.
fn spelling(config: &Config) -> Spelling {
    Spelling {
        end: match config.compat.order_list_end.unwrap_or_default() {
            OrderListEnd::ToCreatedAt => "to_created_at",
            OrderListEnd::EndCreatedAt => "end_created_at",
        },
        sort: match config.compat.order_list_sort.unwrap_or_default() {
            OrderListSort::Brackets => SortSpelling::Brackets,
            OrderListSort::Colon => SortSpelling::Colon,
        },
    }
}
