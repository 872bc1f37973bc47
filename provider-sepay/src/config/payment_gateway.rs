//! The settings of the payment gateway.

use payments_core::{Secret, config::Reader, notification::check::Keys};

use super::webhook::ADVICE;
use crate::payment_gateway::{
    SortSpelling, Spelling,
    checkout::{FieldOrder, ReturnUrls},
};

pub(super) struct GatewaySettings {
    pub(super) merchant_id: String,
    pub(super) secret_key: Secret,
    pub(super) ipn_secret: Keys,
    pub(super) field_order: FieldOrder,
    pub(super) return_urls: ReturnUrls,
    pub(super) spelling: Spelling,
}

/// Keys that mean nothing without the payment gateway.
const GATEWAY_ONLY: &[&str] = &[
    "ipn_secret",
    "field_order",
    "success_url",
    "error_url",
    "cancel_url",
    "pay_url",
    "checkout_path",
    "pgapi_url",
    "order_list_end",
    "order_list_sort",
];

impl GatewaySettings {
    /// `None` where the payment gateway is not configured, or not well.
    pub(super) fn read(read: &mut Reader<'_>) -> Option<Self> {
        if read.has("merchant_id") || read.has("secret_key") {
            return Self::present(read);
        }
        for key in GATEWAY_ONLY {
            if read.has(key) {
                read.problem(key, "is for the payment gateway; give merchant_id and secret_key");
            }
        }
        None
    }

    fn present(read: &mut Reader<'_>) -> Option<Self> {
        let merchant_id = read.parsed("merchant_id", |text| match text.contains(':') {
            // It is the user name of Basic authentication (RFC 7617, section 2).
            true => Err("holds a colon, which no merchant id can".to_owned()),
            false => Ok(text.to_owned()),
        });
        let secret_key = read.header_secret("secret_key");
        if let Some(secret) = &secret_key {
            read.warn_if_short("secret_key", secret, "one checkout form", ADVICE);
        }
        // SePay does not say whether the secret of its IPNs is the secret key; its samples compare
        // with that.
        let ipn_secret = match read.has("ipn_secret") {
            true => read.header_keys("ipn_secret"),
            false => secret_key.clone().map(Keys::one),
        };
        if let Some(newest) = ipn_secret.as_ref().and_then(Keys::newest)
            && read.has("ipn_secret")
        {
            read.warn_if_short("ipn_secret", newest, "many posts", ADVICE);
        }
        let orders = [("docs", FieldOrder::Docs), ("allowlist", FieldOrder::AllowList)];
        let field_order = read.choice("field_order", &orders);
        let return_urls = ReturnUrls {
            success: read.optional_page_address("success_url"),
            error: read.optional_page_address("error_url"),
            cancel: read.optional_page_address("cancel_url"),
        };
        let spelling = spelling(read);
        Some(Self {
            merchant_id: merchant_id?,
            secret_key: secret_key?,
            ipn_secret: ipn_secret?,
            field_order: field_order?,
            return_urls,
            spelling: spelling?,
        })
    }
}

/// The libraries' spellings unless another is named.
fn spelling(read: &mut Reader<'_>) -> Option<Spelling> {
    let ends = ["to_created_at", "end_created_at"].map(|name| (name, name));
    let sorts = [("brackets", SortSpelling::Brackets), ("colon", SortSpelling::Colon)];
    let end = read.choice("order_list_end", &ends);
    let sort = read.choice("order_list_sort", &sorts);
    Some(Spelling { end: end?, sort: sort? })
}
