//! The signature formulas of the newer OpenAPI: one for every request and one for every response.
//!
//! Both sign the base64 text of the data exactly as it is sent, so that there is no doubt where the
//! signed text begins and ends.

use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker};

use super::field_shapes::SHAPES;

const OPENAPI_REQUEST_ITEMS: &[Item] = &[Item::field("data"), Item::Secret];

/// The formula for the signature of every request to the newer OpenAPI. The merchant's key signs
/// all data of the request.
pub const OPENAPI_REQUEST: Formula = Formula::new(
    "hpay.openapi_request",
    "newer OpenAPI, every request",
    Maker::Merchant,
    Algorithm::RsaSha256Base64,
    Layout::values("|", OPENAPI_REQUEST_ITEMS),
    "two public merchant code bases of 2026",
    Confidence::Medium,
)
.with_shapes(SHAPES);

const OPENAPI_RESPONSE_ITEMS: &[Item] =
    &[Item::field("errorCode"), Item::field("data"), Item::Secret];

/// The formula for the signature of every response of the newer OpenAPI: HPay's key signs the error
/// code and all data of the response, and the provider verifies the signature.
pub const OPENAPI_RESPONSE: Formula = Formula::new(
    "hpay.openapi_response",
    "newer OpenAPI, every response",
    Maker::Provider,
    Algorithm::RsaSha256Base64,
    Layout::values("|", OPENAPI_RESPONSE_ITEMS),
    "one public merchant code base of 2026",
    Confidence::Low,
)
.with_shapes(SHAPES);
