//! The two signatures of SePay, as the gateway computes them.
//!
//! They are public so that a test can act as a merchant or check a delivery without the client's
//! code.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The checkout fields that a signature covers. Any other field of a form is not signed.
pub const SIGNED_FIELDS: [&str; 18] = [
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

/// The place of a field in the list of signed fields; last if it is not signed.
pub(crate) fn place(name: &str) -> usize {
    SIGNED_FIELDS.iter().position(|known| *known == name).unwrap_or(usize::MAX)
}

/// The `signature` of a checkout form: padded base64 of HMAC-SHA256 over `name=value` joined by
/// commas, raw, in the order given, of the fields that are [signed](SIGNED_FIELDS).
pub fn checkout<'a>(
    secret_key: &str,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut text = String::new();
    for (name, value) in fields.into_iter().filter(|(name, _)| SIGNED_FIELDS.contains(name)) {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    STANDARD.encode(hmac_sha256(secret_key, &[text.as_bytes()]))
}

/// The `X-SePay-Signature` of a bank webhook: `sha256=` and the hex of HMAC-SHA256 over the
/// `X-SePay-Timestamp`, a full stop and the body as sent.
pub fn webhook(secret: &str, timestamp: &str, raw_body: &[u8]) -> String {
    let mac = hmac_sha256(secret, &[timestamp.as_bytes(), b".", raw_body]);
    format!("sha256={}", hex::encode(mac))
}

fn hmac_sha256(secret: &str, parts: &[&[u8]]) -> Vec<u8> {
    // HMAC accepts a key of any length, so that this cannot fail; an empty signature would match
    // nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
