//! The shapes of HPay's fields, by their names on the wire: the values that HPay accepts, according
//! to the reference and the provider's libraries, or a cautious choice if these are silent.
//!
//! HPay joins the signed values with spaces or pipes and escapes neither. A value is therefore
//! refused if other well-formed values would give the same signed text.

use provider_kit::signature::Shape;

/// The shape of every field of a request or a notification. Other fields have [`Shape::Any`].
pub(super) const SHAPES: &[(&str, Shape)] = &[
    // The passcode belongs to this one merchant.
    ("merchant_site_code", Shape::Fixed),
    ("merchant_id", Shape::Fixed),
    ("merchantId", Shape::Fixed),
    // Links.
    ("receiver", Shape::Email),
    ("return_url", Shape::Url),
    ("cancel_url", Shape::Url),
    ("notify_url", Shape::Url),
    ("transaction_info", Shape::Text),
    ("order_description", Shape::Text),
    ("buyer_info", Shape::Text),
    ("sub_order", Shape::Text),
    ("affiliate_code", Shape::Word),
    ("order_code", Shape::Word),
    ("price", Shape::Amount),
    // The reference has `vnd` and `usd`; the provider's libraries default to đồng.
    ("currency", Shape::OneOf(&["vnd", "usd", ""])),
    ("quantity", Shape::Number),
    ("tax", Shape::Number),
    ("discount", Shape::Number),
    ("fee_cal", Shape::Number),
    ("fee_shipping", Shape::Number),
    ("installment", Shape::Number),
    ("inpage", Shape::Number),
    ("payment_method_id", Shape::Number),
    ("token_type", Shape::Number),
    ("method_group", Shape::Word),
    ("lang", Shape::Word),
    ("time_limit", Shape::Word),
    // Notifications and inquiries. The error text is decisive: an empty one means paid.
    ("error_text", Shape::Any),
    ("payment_id", Shape::Digits),
    ("payment_type", Shape::Digits),
    ("transaction_id", Shape::Word),
    ("transaction_status", Shape::Word),
    ("total_amount", Shape::Amount),
    // Virtual accounts.
    ("cashin", Shape::Digits),
    ("cashin_id", Shape::Digits),
    ("order_id", Shape::Word),
    ("amount", Shape::Amount),
    ("mc_fee", Shape::Number),
    ("time_paid", Shape::Word),
    ("va_account", Shape::Word),
    ("account_va", Shape::Word),
    ("fullAccountNumber", Shape::Word),
    ("client_request_id", Shape::Word),
    ("condition", Shape::Number),
    ("accountVaType", Shape::Number),
    ("flag", Shape::Number),
    ("timeLimit", Shape::Number),
    // Payouts, balance, name checks.
    ("requestId", Shape::Word),
    ("transactionId", Shape::Word),
    ("requestTime", Shape::Word),
    ("merchantEmail", Shape::Email),
    ("receive_email", Shape::Email),
    ("bankName", Shape::Word),
    ("bank_name", Shape::Word),
    ("bank_code", Shape::Word),
    ("bankAccountNumber", Shape::Word),
    ("bank_account_number", Shape::Word),
    ("omiCashoutId", Shape::Word),
    ("omiTransactionId", Shape::Word),
    ("error_code", Shape::Word),
    ("status", Shape::Word),
    // The newer OpenAPI: a code, and base64 of JSON.
    ("errorCode", Shape::Word),
    ("data", Shape::Word),
];
