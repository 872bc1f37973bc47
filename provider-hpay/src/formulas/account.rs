//! The signature formulas of the balance inquiry.

use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker};

use super::field_shapes::SHAPES;

const BALANCE_REQUEST_ITEMS: &[Item] = &[
    Item::field("requestId"),
    Item::field("merchantId"),
    Item::field("requestTime"),
    Item::Secret,
];

/// The formula for the signature of the request of a balance inquiry.
pub const BALANCE_REQUEST: Formula = Formula::new(
    "hpay.balance_request",
    "balance inquiry, request",
    Maker::Merchant,
    Algorithm::RsaSha256Base64,
    Layout::values("|", BALANCE_REQUEST_ITEMS),
    "HPay API reference 1.0.0, Account balance Inquiry, says RSA in base64; the string is a guess",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of the response to a balance inquiry.
pub const BALANCE_RESPONSE: Formula = Formula::new(
    "hpay.balance_response",
    "balance inquiry, response",
    Maker::Provider,
    Algorithm::RsaSha256Base64,
    Layout::Unknown,
    "HPay API reference 1.0.0, Account balance Inquiry: the field is there and the formula is not",
    Confidence::Unknown,
)
.with_shapes(SHAPES);
