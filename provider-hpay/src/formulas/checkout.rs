//! The signature formulas of the checkout: links, notifications, inquiries and tokens.

use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker, Transform};

use super::field_shapes::SHAPES;

const CHECKOUT_V1_LINK_ITEMS: &[Item] = &[
    Item::field("merchant_site_code"),
    Item::field("receiver"),
    Item::field("price"),
    Item::field("currency"),
    Item::field("order_code"),
    Item::Secret,
];

/// The formula for the signature of a checkout link of version 1.
pub const CHECKOUT_V1_LINK: Formula = Formula::new(
    "hpay.checkout_v1_link",
    "checkout link, V1 (/v1/checkout.php)",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", CHECKOUT_V1_LINK_ITEMS),
    "a production merchant on /v1/checkout.php, 2023 to 2024, with commits by the provider's staff",
    Confidence::Medium,
)
.with_shapes(SHAPES);

const CHECKOUT_LINK_ITEMS: &[Item] = &[
    Item::field("merchant_site_code"),
    Item::changed("return_url", Transform::AsciiLower),
    Item::field("receiver"),
    Item::optional("transaction_info"),
    Item::field("order_code"),
    Item::field("price"),
    Item::field("currency"),
    Item::field("quantity"),
    Item::field("tax"),
    Item::field("discount"),
    Item::field("fee_cal"),
    Item::field("fee_shipping"),
    Item::optional("order_description"),
    Item::optional("buyer_info"),
    Item::optional("affiliate_code"),
    Item::field("installment"),
    Item::field("inpage"),
    Item::field("payment_method_id"),
    Item::Secret,
];

/// The formula for the signature of a checkout link of the older kind, with all 18 fields. By
/// default it is used for links with instalments, a frame or a token of a domestic card.
pub const CHECKOUT_LINK: Formula = Formula::new(
    "hpay.checkout_link",
    "checkout link, legacy (/checkout.php), 18 fields",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values(" ", CHECKOUT_LINK_ITEMS),
    "htpgroup/omipay_php_lib and htpgroup/omipay_python_lib, 2022; WooCommerce plugin 1.0.3",
    Confidence::High,
)
.with_shapes(SHAPES);

const CHECKOUT_LINK_15_FIELDS_ITEMS: &[Item] = &[
    Item::field("merchant_site_code"),
    Item::changed("return_url", Transform::AsciiLower),
    Item::field("receiver"),
    Item::optional("transaction_info"),
    Item::field("order_code"),
    Item::field("price"),
    Item::field("currency"),
    Item::field("quantity"),
    Item::field("tax"),
    Item::field("discount"),
    Item::field("fee_cal"),
    Item::field("fee_shipping"),
    Item::optional("order_description"),
    Item::optional("buyer_info"),
    Item::optional("affiliate_code"),
    Item::Secret,
];

/// The formula for the signature of a checkout link of the older kind, as it was before HPay added
/// instalments. It is not used; it only documents the history.
pub const CHECKOUT_LINK_15_FIELDS: Formula = Formula::new(
    "hpay.checkout_link_15_fields",
    "checkout link, legacy, its older form of 15 fields",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values(" ", CHECKOUT_LINK_15_FIELDS_ITEMS),
    "history of htpgroup/web-htpgroup, June 2022",
    Confidence::Low,
)
.with_shapes(SHAPES);

const CHECKOUT_LINK_SHORT_ITEMS: &[Item] = &[
    Item::field("merchant_site_code"),
    Item::changed("return_url", Transform::UrlEncodedLower),
    Item::field("receiver"),
    Item::optional("transaction_info"),
    Item::field("order_code"),
    Item::field("price"),
    Item::Secret,
];

/// The short formula for the signature of a checkout link of the older kind. Merchants whose
/// accounts date from that time can select it.
pub const CHECKOUT_LINK_SHORT: Formula = Formula::new(
    "hpay.checkout_link_short",
    "checkout link, legacy, short form",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values(" ", CHECKOUT_LINK_SHORT_ITEMS),
    "htpgroup/omipay_php_lib, 2022",
    Confidence::High,
)
.with_shapes(SHAPES);

const PAYMENT_NOTIFICATION_ITEMS: &[Item] = &[
    Item::optional("transaction_info"),
    Item::optional("order_code"),
    Item::optional("price"),
    Item::optional("payment_id"),
    Item::optional("payment_type"),
    Item::optional("error_text"),
    Item::field("merchant_site_code"),
    Item::Secret,
];

/// The formula for the signature of a call to `return_url` or `notify_url`: HPay signs the query,
/// and the provider verifies it. A missing field counts as empty and keeps its separator.
pub const PAYMENT_NOTIFICATION: Formula = Formula::new(
    "hpay.payment_notification",
    "payment notification (return_url and notify_url)",
    Maker::Provider,
    Algorithm::Md5Hex,
    Layout::values_after(" ", " ", PAYMENT_NOTIFICATION_ITEMS),
    "htpgroup/omipay_php_lib and WooCommerce plugin 1.0.3; that V1 uses it too was not seen",
    Confidence::Medium,
)
.with_shapes(SHAPES);

const ORDER_INQUIRY_REQUEST_ITEMS: &[Item] = &[
    Item::field("merchant_id"),
    Item::given("order_code"),
    Item::given("transaction_id"),
    Item::Secret,
];

/// The formula for the signature of an order inquiry's request. An inquiry names one of two
/// references, and the signature covers this reference.
pub const ORDER_INQUIRY_REQUEST: Formula = Formula::new(
    "hpay.order_inquiry_request",
    "order inquiry, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", ORDER_INQUIRY_REQUEST_ITEMS),
    "a guess; code 30014 says that it is wrong",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of the response to an order inquiry.
pub const ORDER_INQUIRY_RESPONSE: Formula = Formula::new(
    "hpay.order_inquiry_response",
    "order inquiry, response",
    Maker::Provider,
    Algorithm::Md5Hex,
    Layout::Unknown,
    "HPay API reference 1.0.0, Order Inquiry: the field is there and the formula is not",
    Confidence::Unknown,
)
.with_shapes(SHAPES);

const REVOKE_TOKEN_LINK_ITEMS: &[Item] = &[
    Item::field("merchant_id"),
    Item::field("receive_email"),
    Item::field("bank_code"),
    Item::field("bank_token"),
    Item::Secret,
];

/// The formula for the signature of the link that revokes a card token.
pub const REVOKE_TOKEN_LINK: Formula = Formula::new(
    "hpay.revoke_token_link",
    "token revocation, request",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", REVOKE_TOKEN_LINK_ITEMS),
    "a guess",
    Confidence::Low,
)
.with_shapes(SHAPES);

/// The formula for the signature of the notification about the revocation of a card token: HPay
/// signs it, and the provider verifies it.
pub const REVOKE_TOKEN_NOTIFICATION: Formula = Formula::new(
    "hpay.revoke_token_notification",
    "token revocation, callback",
    Maker::Provider,
    Algorithm::Md5Hex,
    Layout::Unknown,
    "HPay API reference 1.0.0, Revoke ATM tokenization: the field is there and the formula is not",
    Confidence::Unknown,
)
.with_shapes(SHAPES);
