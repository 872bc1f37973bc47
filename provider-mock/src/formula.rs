//! The signature formulas of the protocol, as data.

use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker, Shape};

use crate::wire::{ORDER, STAMP, STATE, TIMESTAMP};

/// The name of the whole body in a formula.
pub(crate) const BODY: &str = "body";
/// The name of the request's method and path, such as `POST /v1/payouts`.
pub(crate) const CALL: &str = "call";
/// The name of the response's HTTP status.
pub(crate) const STATUS: &str = "status";

const SHA256: Algorithm = Algorithm::HmacSha256Hex { prefix: "sha256=" };
const SOURCE: &str = "provider-mock, module wire";

const STAMP_AND_BODY: &[Item] = &[Item::stamp(TIMESTAMP), Item::body(BODY)];

const CALL_STATUS_AND_BODY: &[Item] = &[Item::field(CALL), Item::field(STATUS), Item::body(BODY)];

/// The formula for the signature of a notification: the gateway signs it with the webhook secret,
/// and the provider verifies it.
pub const WEBHOOK: Formula = Formula::new(
    "mock.webhook",
    "notifications to the merchant",
    Maker::Provider,
    SHA256,
    Layout::values(".", STAMP_AND_BODY),
    SOURCE,
    Confidence::High,
);

/// The formula for the signature of a response: the gateway signs it with the API key, and the
/// provider verifies it.
pub const ANSWER: Formula = Formula::new(
    "mock.answer",
    "responses to calls",
    Maker::Provider,
    SHA256,
    Layout::values("\n", CALL_STATUS_AND_BODY),
    SOURCE,
    Confidence::High,
)
.with_shapes(&[(CALL, Shape::Line), (STATUS, Shape::Digits)]);

const ORDER_STATUS_AND_STAMP: &[Item] =
    &[Item::field(ORDER), Item::field(STATE), Item::stamp(STAMP)];

/// The formula for the signature of the link by which a buyer's browser returns: the gateway signs
/// it with the webhook secret, and the provider verifies it.
pub const RETURN: Formula = Formula::new(
    "mock.return",
    "the buyer's return",
    Maker::Provider,
    Algorithm::HmacSha256Hex { prefix: "" },
    Layout::values(".", ORDER_STATUS_AND_STAMP),
    SOURCE,
    Confidence::High,
)
.with_shapes(&[(STATE, Shape::Word)]);

const ONE_BODY: &[Item] = &[Item::body(BODY)];

/// The formula for the signature of a link that opens a payment offline. The provider signs it with
/// the API key.
pub const LINK: Formula = Formula::new(
    "mock.link",
    "links that open a payment",
    Maker::Merchant,
    Algorithm::HmacSha256Hex { prefix: "" },
    Layout::values(".", ONE_BODY),
    SOURCE,
    Confidence::High,
);

/// Every formula of the protocol.
pub const FORMULAS: &[Formula] = &[WEBHOOK, ANSWER, RETURN, LINK];
