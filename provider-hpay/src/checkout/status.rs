//! The meaning of the statuses and codes of the checkout.

use payments_core::{DeclineReason, payment::PaymentState};

use super::token::Revoked;
use crate::error_codes::ErrorCodes;

/// The error codes of the checkout (source: HPay API reference 1.0.0, Checkout error codes).
pub(crate) static CODES: ErrorCodes = ErrorCodes {
    table: include_str!("../../data/errors_checkout.tsv"),
    success: &[],
    reasons: &[
        ("02", DeclineReason::Permission),
        ("09", DeclineReason::Permission),
        ("111", DeclineReason::Permission),
        ("113", DeclineReason::Permission),
    ],
    not_found: &[],
    wrong_signature: &["30014"],
    wrong_address: &["02"],
};

/// Returns the state for a status of an order. The reference has no list of them and prints only
/// `00`; the others are those of NganLuong, from whose checkout this one descends.
pub(crate) fn order_state(status: &str) -> PaymentState {
    match status {
        "00" => PaymentState::Settled,
        "01" => PaymentState::Held,
        "02" => PaymentState::Open,
        _ => PaymentState::Uncertain,
    }
}

/// Returns the state for a code that reports the state of an order and not an error.
pub(crate) fn order_state_of_code(code: &str) -> Option<PaymentState> {
    match code {
        "81" => Some(PaymentState::Open),
        "82" | "114" => Some(PaymentState::Processing),
        "83" => Some(PaymentState::Failed),
        "115" => Some(PaymentState::Cancelled),
        _ => None,
    }
}

/// Returns the state that a payment notification reports. `payment_type` 1 is paid, 2 is paid and
/// held by HPay (`htpgroup/omipay_php_lib`; the reference calls them Paynow and Paylater). With an
/// error text the payment failed, whatever the type.
pub(crate) fn notified_state(payment_type: &str, error_text: &str) -> PaymentState {
    match (payment_type, error_text) {
        (_, error) if !error.is_empty() => PaymentState::Failed,
        ("1", _) => PaymentState::Settled,
        ("2", _) => PaymentState::Held,
        _ => PaymentState::Uncertain,
    }
}

/// Interprets `status` and `revoke_token_status`: "if 00 is success", "true is removed and false is
/// failed" (source: HPay API reference 1.0.0, Revoke Callback IPN Request).
pub(crate) fn revoked(status: &str, word: &str) -> Revoked {
    match (status, word) {
        ("00", "true") => Revoked::Removed,
        ("00", _) => Revoked::Unclear,
        (_, "false") => Revoked::Kept,
        _ => Revoked::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::payment::PaymentState::{Failed, Held, Settled, Uncertain};

    #[test]
    fn every_payment_type_maps_and_another_is_uncertain() {
        let types: [(&str, PaymentState); 6] = [
            ("1", Settled),
            ("2", Held),
            ("0", Uncertain),
            ("3", Uncertain),
            ("01", Uncertain),
            ("11", Uncertain),
        ];
        for (payment_type, expected) in types {
            assert_eq!(notified_state(payment_type, ""), expected, "type {payment_type}");
            assert_eq!(
                notified_state(payment_type, "x"),
                Failed,
                "type {payment_type} with an error"
            );
        }
    }

    #[test]
    fn every_pair_of_words_about_a_revocation_is_read() {
        for (status, word, reported) in [
            ("00", "true", Revoked::Removed),
            ("00", "false", Revoked::Unclear),
            ("00", "", Revoked::Unclear),
            ("01", "false", Revoked::Kept),
            ("99", "false", Revoked::Kept),
            ("99", "true", Revoked::Unclear),
            ("0", "true", Revoked::Unclear),
            ("", "", Revoked::Unclear),
            ("00", "TRUE", Revoked::Unclear),
        ] {
            assert_eq!(revoked(status, word), reported, "{status:?} {word:?}");
        }
    }
}
