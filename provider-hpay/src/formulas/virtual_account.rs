//! The signature formulas of virtual accounts.

use payments_core::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker};

use super::field_shapes::SHAPES;

const VA_CREATE_REQUEST_ITEMS: &[Item] =
    &[Item::field("merchantId"), Item::field("condition"), Item::Secret];

/// Signs the request to open a virtual account. It covers so few fields that the code of a merchant
/// has only two values, which never change: one for fixed and one for flexible amounts.
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

/// Signs the response to opening a virtual account.
pub const VA_CREATE_RESPONSE: Formula =
    unknown("hpay.va_create_response", "open a virtual account, response");

const VA_RENAME_REQUEST_ITEMS: &[Item] =
    &[Item::field("merchant_id"), Item::field("va_account"), Item::field("va_name"), Item::Secret];

/// Signs the request to rename a virtual account.
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

/// Signs the request to close or reopen a virtual account.
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

/// Signs the response to closing or reopening a virtual account.
pub const VA_CLOSE_RESPONSE: Formula =
    unknown("hpay.va_close_response", "close or reopen a virtual account, response");

const VA_INQUIRY_REQUEST_ITEMS: &[Item] =
    &[Item::field("merchant_id"), Item::field("va_account"), Item::Secret];

/// Signs the request for the credits on a virtual account.
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

/// Signs the response with the credits on a virtual account.
pub const VA_INQUIRY_RESPONSE: Formula =
    unknown("hpay.va_inquiry_response", "virtual account inquiry, response");

const VA_CALLBACK_ITEMS: &[Item] = &[Item::field("cashin"), Item::field("order_id"), Item::Secret];

/// Signs the query of a call to `/va/callback`. It covers neither the amount nor the account.
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

/// Signs the virtual account callback of HPay's newer API, whose field names differ from those of
/// [`VA_CALLBACK`]. It covers the amount and the account. In one public code base the last two
/// fields are swapped.
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
