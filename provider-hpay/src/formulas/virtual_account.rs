//! The signature formulas of virtual accounts.

use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker};

use super::field_shapes::SHAPES;

const VA_CREATE_REQUEST_ITEMS: &[Item] =
    &[Item::field("merchantId"), Item::field("condition"), Item::Secret];

/// The formula for the signature of a request to open a virtual account. The signature covers the
/// merchant's number and the condition (a fixed or a flexible amount) and nothing else. One
/// merchant therefore uses two signatures, one for each condition, which are the same in all
/// requests.
pub const VA_CREATE_REQUEST: Formula = Formula::new(
    "hpay.va_create_request",
    "open a virtual account, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", VA_CREATE_REQUEST_ITEMS),
    "pictures of the reference in htpgroup/htp-document-guide, of two years",
    Confidence::High,
)
.with_shapes(SHAPES);

/// The formula for the signature of the response to opening a virtual account.
pub const VA_CREATE_RESPONSE: Formula =
    unknown("hpay.va_create_response", "open a virtual account, response");

const VA_RENAME_REQUEST_ITEMS: &[Item] =
    &[Item::field("merchant_id"), Item::field("va_account"), Item::field("va_name"), Item::Secret];

/// The formula for the signature of the request to rename a virtual account.
pub const VA_RENAME_REQUEST: Formula = Formula::new(
    "hpay.va_rename_request",
    "rename a virtual account, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", VA_RENAME_REQUEST_ITEMS),
    "a guess; code 03 says that it, or a parameter, is wrong",
    Confidence::Low,
)
.with_shapes(SHAPES);

const VA_CLOSE_REQUEST_ITEMS: &[Item] =
    &[Item::field("merchant_id"), Item::field("account_va"), Item::field("flag"), Item::Secret];

/// The formula for the signature of the request to close or reopen a virtual account.
pub const VA_CLOSE_REQUEST: Formula = Formula::new(
    "hpay.va_close_request",
    "close or reopen a virtual account, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", VA_CLOSE_REQUEST_ITEMS),
    "a guess; code 03 says that it, or a parameter, is wrong",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of the response to closing or reopening a virtual account.
pub const VA_CLOSE_RESPONSE: Formula =
    unknown("hpay.va_close_response", "close or reopen a virtual account, response");

const VA_INQUIRY_REQUEST_ITEMS: &[Item] =
    &[Item::field("merchant_id"), Item::field("va_account"), Item::Secret];

/// The formula for the signature of the request for the credits on a virtual account.
pub const VA_INQUIRY_REQUEST: Formula = Formula::new(
    "hpay.va_inquiry_request",
    "virtual account inquiry, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", VA_INQUIRY_REQUEST_ITEMS),
    "a guess from its only two fields; code 03 says that it, or a parameter, is wrong",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of the response with the credits on a virtual account.
pub const VA_INQUIRY_RESPONSE: Formula =
    unknown("hpay.va_inquiry_response", "virtual account inquiry, response");

const VA_CALLBACK_ITEMS: &[Item] = &[Item::field("cashin"), Item::field("order_id"), Item::Secret];

/// The formula for the signature of a call to `/va/callback`: HPay signs the query, and the
/// provider verifies it. The signature covers neither the amount nor the account.
pub const VA_CALLBACK: Formula = Formula::new(
    "hpay.va_callback",
    "virtual account callback",
    Maker::Provider,
    Algorithm::Md5Hex,
    Layout::values("|", VA_CALLBACK_ITEMS),
    "HPay API reference 1.0.0, Callback IPN: the fields; the separator is a guess",
    Confidence::Medium,
)
.with_shapes(SHAPES);

const OPENAPI_VA_CALLBACK_ITEMS: &[Item] = &[
    Item::field("va_account"),
    Item::field("amount"),
    Item::field("cashin_id"),
    Item::optional("transaction_id"),
    Item::Secret,
    Item::optional("client_request_id"),
    Item::field("merchant_id"),
];

/// The formula for the signature of a virtual account callback of HPay's newer OpenAPI: HPay signs
/// the callback, and the provider verifies it. Unlike that of [`VA_CALLBACK`], the signature covers
/// the account and the amount. HPay publishes no formula. This one comes from one of two public
/// merchant code bases; the other one swaps the last two fields. Neither form was confirmed by
/// HPay.
pub const OPENAPI_VA_CALLBACK: Formula = Formula::new(
    "hpay.openapi_va_callback",
    "virtual account callback, newer OpenAPI",
    Maker::Provider,
    Algorithm::Md5Hex,
    Layout::values("|", OPENAPI_VA_CALLBACK_ITEMS),
    "two public merchant code bases of 2026; one of them swaps the last two fields",
    Confidence::Low,
)
.with_shapes(SHAPES);

const fn unknown(id: &'static str, purpose: &'static str) -> Formula {
    Formula::new(
        id,
        purpose,
        Maker::Provider,
        Algorithm::Md5Hex,
        Layout::Unknown,
        "HPay API reference 1.0.0, Virtual Account: the field is there and the formula is not",
        Confidence::Unknown,
    )
    .with_shapes(SHAPES)
}
