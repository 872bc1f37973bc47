//! SePay's signature formulas, as data with their sources.

use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker, Order, Shape};

/// Every formula of this crate.
pub const FORMULAS: &[Formula] = &[CHECKOUT, CHECKOUT_ALLOWLIST, WEBHOOK];

/// The formula for the signature of a checkout form, over the signed fields in the order of the
/// form.
///
/// SePay has published four orders of these fields: its Node library, its PHP library, its quick
/// start and its newest form page each sign the fields in a different order, and post them in that
/// order. Only a server that uses the order of the posted form can accept all four.
pub const CHECKOUT: Formula = Formula::new(
    "sepay.checkout",
    "checkout form, in the order of the form",
    Maker::Merchant,
    Algorithm::HmacSha256Base64,
    Layout::pairs(",", SIGNED_FIELDS, Order::AsSent),
    "developer.sepay.vn, payment form; npm sepay-pg-node 1.0.0 and github.com/sepayvn/sepay-pg-php, \
     both run",
    Confidence::Medium,
)
.with_shapes(SHAPES);

/// The formula for the signature of a checkout form, over the signed fields in the order of a list
/// in SePay's libraries, whatever the order of the form.
///
/// This formula is needed if SePay's server builds the signed text from its own list. SePay's
/// Python library signs in this order, and so did the example of an older form page.
pub const CHECKOUT_ALLOWLIST: Formula = Formula::new(
    "sepay.checkout.allowlist",
    "checkout form, in the order of the list of signed fields",
    Maker::Merchant,
    Algorithm::HmacSha256Base64,
    Layout::pairs(",", SIGNED_FIELDS, Order::AsListed),
    "PyPI sepay-pg 1.0.0, run; developer.sepay.vn, payment form, older revision",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of a bank webhook, over the timestamp, a full stop and the raw
/// body. SePay signs the webhook, and the provider verifies it.
pub const WEBHOOK: Formula = Formula::new(
    "sepay.webhook",
    "webhook about a bank transaction, X-SePay-Signature",
    Maker::Provider,
    Algorithm::HmacSha256Hex { prefix: WEBHOOK_PREFIX },
    Layout::values(WEBHOOK_SEPARATOR, WEBHOOK_ITEMS),
    "developer.sepay.vn, webhook authentication",
    Confidence::Medium,
);

/// The signed fields of a checkout form. Any other field is sent unsigned.
///
/// This is the list of npm sepay-pg-node 1.0.0; that of the PHP library lacks `order_id`.
pub(crate) const SIGNED_FIELDS: &[&str] = &[
    "merchant",
    "env",
    "operation",
    "payment_method",
    "order_amount",
    "currency",
    "order_invoice_number",
    "order_description",
    "customer_id",
    "agreement_id",
    "agreement_name",
    "agreement_type",
    "agreement_payment_frequency",
    "agreement_amount_per_payment",
    "success_url",
    "error_url",
    "cancel_url",
    "order_id",
];

/// The shapes of the signed fields. SePay joins them with commas and escapes none, so a value that
/// contains another name and value is refused. A field whose characters are not documented is free
/// text.
const SHAPES: &[(&str, Shape)] = &[
    ("merchant", Shape::Word),
    ("operation", Shape::Word),
    ("payment_method", Shape::Word),
    ("order_amount", Shape::Amount),
    ("currency", Shape::OneOf(&["VND", "USD"])),
    ("order_invoice_number", Shape::Word),
    ("order_description", Shape::Text),
    ("agreement_amount_per_payment", Shape::Amount),
    ("success_url", Shape::Url),
    ("error_url", Shape::Url),
    ("cancel_url", Shape::Url),
];

/// The prefix of the digits of a webhook's signature.
pub(crate) const WEBHOOK_PREFIX: &str = "sha256=";

/// The separator between a webhook's timestamp and its body in the signed text.
pub(crate) const WEBHOOK_SEPARATOR: &str = ".";

const WEBHOOK_ITEMS: &[Item] = &[Item::stamp("timestamp"), Item::body("body")];
