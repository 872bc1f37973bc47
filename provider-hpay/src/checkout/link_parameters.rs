//! The parameters of a link, by signature formula. A formula from the configuration may sign any of
//! them.

use payments_core::{Error, Result};

use super::{
    link_terms::Terms,
    options::{Language, MethodGroup},
};
use crate::{client::HPay, fields::Fields};

/// The name of the signature's field, which has a fixed place in the older links.
const CODE: &str = "secure_code";

/// Returns the parameters of Create Link (V1). Five fields are signed, and a buyer can change the
/// others.
pub(super) fn v1<'a>(hpay: &'a HPay, terms: &'a Terms<'_>) -> Fields<'a> {
    let (token_type, token) = terms.atm_token();
    Fields::new()
        .with("merchant_site_code", hpay.merchant_id())
        .with("return_url", terms.return_url)
        .with("receiver", hpay.merchant.receiver.as_str())
        .with_some("transaction_info", terms.options.transaction_info.as_deref())
        .with("order_code", terms.request.order.as_str())
        .with("price", terms.price.as_str())
        .with("currency", terms.currency)
        .with_some("order_description", terms.description())
        .with_some("sub_order", terms.options.sub_order.as_deref())
        .with_some("buyer_info", terms.request.buyer.name.as_deref())
        .with_some("lang", terms.options.lang.map(Language::word))
        .with_some("cancel_url", terms.request.cancel_url.as_deref())
        .with_some("notify_url", terms.notify_url)
        .with_some("time_limit", terms.time_limit())
        .with("installment", flag(terms.options.installment))
        .with_some("inpage", terms.options.inpage.then_some("1"))
        .with_some("token", given(token))
        .with_some("token_type", given(token_type))
        .with_some("cyber_token", terms.options.card_token.as_ref().map(|token| token.expose()))
        .with_some("payment_method_id", terms.method.id.map(|id| id.to_string()))
        .with_some("method_group", terms.method.group.map(MethodGroup::word))
}

/// Returns the parameters of the page of the provider's libraries (`htpgroup/omipay_php_lib`,
/// 2022). Eighteen fields are signed and sent, in this order. Later additions follow the signature
/// and are not signed.
pub(super) fn advanced<'a>(hpay: &'a HPay, terms: &'a Terms<'_>) -> Result<Fields<'a>> {
    let info = terms.options.transaction_info.as_deref().unwrap_or_default();
    let fields = Fields::new()
        .with("merchant_site_code", hpay.merchant_id())
        .with("return_url", in_lower_case(terms.return_url)?)
        .with("receiver", hpay.merchant.receiver.as_str())
        .with("transaction_info", info)
        .with("order_code", terms.request.order.as_str())
        .with("price", terms.price.as_str())
        .with("currency", terms.currency)
        .with("quantity", "1")
        .with("tax", "0")
        .with("discount", "0")
        .with("fee_cal", "0")
        .with("fee_shipping", "0")
        .with("order_description", terms.request.description.as_str())
        // One library always signs this field as empty, the other signs its value.
        .with("buyer_info", "")
        .with("affiliate_code", "")
        .with("installment", flag(terms.options.installment))
        .with("inpage", flag(terms.options.inpage))
        .with("payment_method_id", terms.method.id.unwrap_or_default().to_string())
        .with(CODE, "");
    Ok(later(fields, terms))
}

/// Returns the parameters of the short form of the PHP library. The currency is not signed, so only
/// đồng is accepted.
pub(super) fn short<'a>(hpay: &'a HPay, terms: &'a Terms<'_>) -> Result<Fields<'a>> {
    if terms.currency != "vnd" {
        return Err(Error::invalid("amount", "the short link does not sign the currency"));
    }
    let info = terms.options.transaction_info.as_deref().unwrap_or_default();
    let fields = Fields::new()
        .with("merchant_site_code", hpay.merchant_id())
        .with("return_url", in_lower_case(terms.return_url)?)
        .with("receiver", hpay.merchant.receiver.as_str())
        .with("transaction_info", info)
        .with("order_code", terms.request.order.as_str())
        .with("price", terms.price.as_str())
        .with(CODE, "")
        .with_some("order_description", terms.description())
        .with_some("installment", terms.options.installment.then_some("1"))
        .with_some("inpage", terms.options.inpage.then_some("1"))
        .with_some("payment_method_id", terms.method.id.map(|id| id.to_string()));
    Ok(later(fields, terms))
}

/// Adds the fields with which the plug-in and the reference extend the older links. Empty tokens
/// are sent as well, like in the libraries.
fn later<'a>(fields: Fields<'a>, terms: &'a Terms<'_>) -> Fields<'a> {
    let (token_type, token) = terms.atm_token();
    fields
        .with("token", token)
        .with("token_type", token_type)
        .with_some("cyber_token", terms.options.card_token.as_ref().map(|token| token.expose()))
        .with_some("sub_order", terms.options.sub_order.as_deref())
        .with_some("lang", terms.options.lang.map(Language::word))
        .with_some("method_group", terms.method.group.map(MethodGroup::word))
        .with_some("notify_url", terms.notify_url)
        .with_some("cancel_url", terms.request.cancel_url.as_deref())
        .with_some("time_limit", terms.time_limit())
}

fn flag(is_set: bool) -> &'static str {
    if is_set { "1" } else { "0" }
}

fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Checks that an address is in lower case. The PHP library converts this address to lower case and
/// the Python library does not, so only for an address without capital letters do both give the
/// same signature and the right address.
fn in_lower_case(url: &str) -> Result<&str> {
    if url.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let words = "has capital letters, which HPay's older page takes as small ones";
        return Err(Error::invalid("return_url", words));
    }
    Ok(url)
}
