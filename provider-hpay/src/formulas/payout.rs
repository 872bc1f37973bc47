//! The signature formulas of payouts (FirmBanking, iBFT).

use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker};

use super::field_shapes::SHAPES;

const PAYOUT_REQUEST_ITEMS: &[Item] = &[
    Item::field("requestId"),
    Item::field("merchantId"),
    Item::field("amount"),
    Item::field("bankAccountName"),
    Item::Secret,
];

/// The formula for the signature of a payout's request, made with the merchant's key. The signature
/// does not cover the beneficiary's account.
pub const PAYOUT_REQUEST: Formula = Formula::new(
    "hpay.payout_request",
    "payout, request",
    Maker::Merchant,
    Algorithm::RsaSha256Base64,
    Layout::values("|", PAYOUT_REQUEST_ITEMS),
    "htpgroup/sample-ibft-java, 2022; code 001 or 010 says that it is wrong",
    Confidence::Medium,
)
.with_shapes(SHAPES);

const PAYOUT_RESPONSE_ITEMS: &[Item] = &[
    Item::field("requestId"),
    Item::field("bankAccountNumber"),
    Item::field("omiCashoutId"),
    Item::Secret,
];

/// The formula for the signature of the response to a payout: HPay signs it with its own key, and
/// the provider verifies it. The signature covers neither the error code nor the amount.
pub const PAYOUT_RESPONSE: Formula = Formula::new(
    "hpay.payout_response",
    "payout, response",
    Maker::Provider,
    Algorithm::RsaSha256Base64,
    Layout::values("|", PAYOUT_RESPONSE_ITEMS),
    "pictures of the reference in htpgroup/htp-document-guide",
    Confidence::High,
)
.with_shapes(SHAPES);

const PAYOUT_RESPONSE_BY_NAME_ITEMS: &[Item] = &[
    Item::field("requestId"),
    Item::field("bankAccountName"),
    Item::field("omiCashoutId"),
    Item::Secret,
];

/// The formula for the signature of the response to a payout according to HPay's Java sample. This
/// signature does not cover the account, so the formula is used only if the configuration selects
/// it instead of [`PAYOUT_RESPONSE`].
pub const PAYOUT_RESPONSE_BY_NAME: Formula = Formula::new(
    "hpay.payout_response_by_name",
    "payout, response, as in the Java sample",
    Maker::Provider,
    Algorithm::RsaSha256Base64,
    Layout::values("|", PAYOUT_RESPONSE_BY_NAME_ITEMS),
    "htpgroup/sample-ibft-java, 2022; the response does not carry the name",
    Confidence::Low,
)
.with_shapes(SHAPES);

const NAME_CHECK_REQUEST_ITEMS: &[Item] = &[
    Item::field("merchant_id"),
    Item::field("bank_name"),
    Item::field("bank_account_number"),
    Item::Secret,
];

/// The formula for the signature of a request for the name of an account's holder.
pub const NAME_CHECK_REQUEST: Formula = Formula::new(
    "hpay.name_check_request",
    "name check, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", NAME_CHECK_REQUEST_ITEMS),
    "a guess; code 20015 says that it is wrong",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of the response with the name of an account's holder.
pub const NAME_CHECK_RESPONSE: Formula =
    unknown("hpay.name_check_response", "name check, response");

const PAYOUT_INQUIRY_REQUEST_ITEMS: &[Item] =
    &[Item::field("requestId"), Item::field("merchantId"), Item::Secret];

/// The formula for the signature of a payout inquiry's request. The signature is an MD5, whereas
/// that of the payout itself is made with RSA.
pub const PAYOUT_INQUIRY_REQUEST: Formula = Formula::new(
    "hpay.payout_inquiry_request",
    "payout inquiry, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", PAYOUT_INQUIRY_REQUEST_ITEMS),
    "HPay API reference 1.0.0, FB_Transaction Inquiry, shows 32 hex digits; the string is a guess",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of the response to a payout inquiry.
pub const PAYOUT_INQUIRY_RESPONSE: Formula =
    unknown("hpay.payout_inquiry_response", "payout inquiry, response");

const fn unknown(id: &'static str, purpose: &'static str) -> Formula {
    Formula::new(
        id,
        purpose,
        Maker::Provider,
        Algorithm::Md5Hex,
        Layout::Unknown,
        "HPay API reference 1.0.0, FirmBanking: the field is there and the formula is not",
        Confidence::Unknown,
    )
    .with_shapes(SHAPES)
}
