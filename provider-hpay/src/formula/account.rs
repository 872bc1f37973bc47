//! The formulas of the balance inquiry.

use payments_core::formula::{Algorithm, Confidence, Formula, Item, Layout, Maker};

use super::shapes::SHAPES;

const F09_ITEMS: &[Item] = &[
    Item::field("requestId"),
    Item::field("merchantId"),
    Item::field("requestTime"),
    Item::Secret,
];

/// The request of a balance inquiry.
pub const F09: Formula = Formula::new(
    "hpay.f09",
    "balance inquiry, request",
    Maker::Merchant,
    Algorithm::RsaSha256Base64,
    Layout::values("|", F09_ITEMS),
    "HPay API reference 1.0.0, Account balance Inquiry, says RSA in base64; the string is a guess",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The answer to a balance inquiry.
pub const F10: Formula = Formula::new(
    "hpay.f10",
    "balance inquiry, answer",
    Maker::Provider,
    Algorithm::RsaSha256Base64,
    Layout::Unknown,
    "HPay API reference 1.0.0, Account balance Inquiry: the field is there and the formula is not",
    Confidence::Unknown,
)
.with_shapes(SHAPES);
