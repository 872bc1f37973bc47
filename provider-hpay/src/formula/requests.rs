//! The fields of the requests that formulas of ours sign: what a template may name.

use payments_core::formula::{Formula, Maker};

/// Checks that a formula of ours signs what its request has: with a misspelt name it would fail
/// with the first request only.
pub(super) fn check_names(formula: &Formula) -> Result<(), String> {
    let known = REQUESTS.iter().find(|(id, _)| *id == formula.id);
    let Some((_, names)) = known.filter(|_| formula.maker == Maker::Merchant) else {
        return Ok(());
    };
    match formula.layout.fields().into_iter().find(|name| !names.contains(name)) {
        Some(stranger) => Err(format!(
            "names {stranger:?}, which its request does not have; it has {}",
            names.join(", ")
        )),
        None => Ok(()),
    }
}

/// The fields of each request that a formula of ours signs.
const REQUESTS: [(&str, &[&str]); 13] = [
    (
        "hpay.checkout_v1_link",
        &[
            "merchant_site_code",
            "return_url",
            "receiver",
            "transaction_info",
            "order_code",
            "price",
            "currency",
            "order_description",
            "sub_order",
            "buyer_info",
            "lang",
            "cancel_url",
            "notify_url",
            "time_limit",
            "installment",
            "inpage",
            "token",
            "token_type",
            "cyber_token",
            "payment_method_id",
            "method_group",
        ],
    ),
    (
        "hpay.checkout_link",
        &[
            "merchant_site_code",
            "return_url",
            "receiver",
            "transaction_info",
            "order_code",
            "price",
            "currency",
            "quantity",
            "tax",
            "discount",
            "fee_cal",
            "fee_shipping",
            "order_description",
            "buyer_info",
            "affiliate_code",
            "installment",
            "inpage",
            "payment_method_id",
            "token",
            "token_type",
            "cyber_token",
            "sub_order",
            "lang",
            "method_group",
            "notify_url",
            "cancel_url",
            "time_limit",
        ],
    ),
    (
        "hpay.checkout_link_short",
        &[
            "merchant_site_code",
            "return_url",
            "receiver",
            "transaction_info",
            "order_code",
            "price",
            "order_description",
            "installment",
            "inpage",
            "payment_method_id",
            "token",
            "token_type",
            "cyber_token",
            "sub_order",
            "lang",
            "method_group",
            "notify_url",
            "cancel_url",
            "time_limit",
        ],
    ),
    ("hpay.order_inquiry_request", &["merchant_id", "order_code", "transaction_id"]),
    (
        "hpay.revoke_token_link",
        &[
            "merchant_id",
            "receive_email",
            "bank_code",
            "bank_token",
            "return_url",
            "notify_url",
            "merchant_site_code",
        ],
    ),
    ("hpay.balance_request", &["requestId", "merchantId", "requestTime"]),
    (
        "hpay.va_create_request",
        &[
            "merchantId",
            "accountVaType",
            "accountVaName",
            "amount",
            "condition",
            "remark",
            "timeLimit",
        ],
    ),
    ("hpay.va_rename_request", &["merchant_id", "va_account", "va_name", "remark"]),
    ("hpay.va_close_request", &["merchant_id", "account_va", "flag", "time_limit"]),
    ("hpay.va_inquiry_request", &["merchant_id", "va_account"]),
    (
        "hpay.payout_request",
        &[
            "requestId",
            "merchantId",
            "merchantEmail",
            "bankName",
            "bankAccountNumber",
            "bankAccountName",
            "amount",
            "note",
        ],
    ),
    ("hpay.name_check_request", &["merchant_id", "bank_name", "bank_account_number"]),
    ("hpay.payout_inquiry_request", &["requestId", "merchantId", "transactionId"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::in_use::REPLACEABLE;

    #[test]
    fn every_request_that_we_sign_has_its_fields_listed() {
        let ours = REPLACEABLE.iter().filter(|formula| formula.maker == Maker::Merchant);
        let ours: Vec<&str> = ours.map(|formula| &*formula.id).collect();
        assert_eq!(ours, REQUESTS.map(|(id, _)| id));
    }
}
