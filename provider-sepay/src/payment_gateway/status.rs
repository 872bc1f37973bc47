//! Converts the words and codes of the payment gateway to the core's values. They are interpreted
//! only here.

use http::StatusCode;
use payments_core::{
    DeclineReason,
    money::Money,
    payment::{PaymentMethod, PaymentState},
};

use super::order::{OrderTransaction, TransactionKind, TransactionStatus};

/// Interprets `order_status` (source: developer.sepay.vn, payment gateway, API: order detail,
/// cancel order). Samples and prose differ in case and spell the third word with one L and with
/// two; `PENDING` is from an older sample.
///
/// An undocumented status is uncertain, including `COMPLETED` in older samples, because no page
/// says whether the merchant then has the money.
pub(crate) fn order_state(status: Option<&str>) -> PaymentState {
    match status.map(str::to_ascii_uppercase).as_deref() {
        Some("CAPTURED") => PaymentState::Settled,
        Some("AUTHENTICATION_NOT_NEEDED" | "PENDING") => PaymentState::Open,
        Some("CANCELLED" | "CANCELED") => PaymentState::Cancelled,
        _ => PaymentState::Uncertain,
    }
}

/// Interprets `payment_method` (source: developer.sepay.vn, payment form).
pub(crate) fn method(word: Option<&str>) -> Option<PaymentMethod> {
    match word?.to_ascii_uppercase().as_str() {
        "CARD" => Some(PaymentMethod::Card),
        "BANK_TRANSFER" => Some(PaymentMethod::BankTransfer),
        "NAPAS_BANK_TRANSFER" => Some(PaymentMethod::NapasQr),
        _ => None,
    }
}

/// Interprets `transaction_type`.
pub(crate) fn transaction_kind(word: Option<&str>) -> TransactionKind {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "PAYMENT" => TransactionKind::Payment,
        "REFUND" => TransactionKind::Refund,
        _ => TransactionKind::Other(word.unwrap_or_default().to_owned()),
    }
}

/// Interprets `transaction_status`.
pub(crate) fn transaction_status(word: Option<&str>) -> TransactionStatus {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "APPROVED" => TransactionStatus::Approved,
        "DECLINED" => TransactionStatus::Declined,
        _ => TransactionStatus::Other(word.unwrap_or_default().to_owned()),
    }
}

/// Returns the state of an order from its status and its transactions.
///
/// SePay documents no status for an order whose money was returned, so the combination of the
/// documented words is decisive. A captured order that was refunded in full is refunded. A
/// cancelled order that was paid by card was voided, because otherwise only unpaid orders can be
/// cancelled. An order that is captured and refunded in part, cancelled although a transfer paid
/// it, or open although a payment was approved, contradicts itself: it is uncertain, to be queried
/// again or decided by a person.
pub(crate) fn weighed(
    state: PaymentState,
    amount: Option<Money>,
    transactions: &[OrderTransaction],
) -> PaymentState {
    let approved = |kind| approved(transactions, kind);
    match state {
        PaymentState::Open if approved(TransactionKind::Payment).next().is_some() => {
            PaymentState::Uncertain
        }
        PaymentState::Settled if approved(TransactionKind::Refund).next().is_some() => {
            let refunded = approved(TransactionKind::Refund).map(|refund| refund.amount);
            if amount.is_some() && total(refunded) == amount {
                PaymentState::Refunded
            } else {
                PaymentState::Uncertain
            }
        }
        PaymentState::Cancelled if approved(TransactionKind::Payment).next().is_some() => {
            let by_card = |payment: &OrderTransaction| payment.method == Some(PaymentMethod::Card);
            if approved(TransactionKind::Payment).all(by_card) {
                PaymentState::Refunded
            } else {
                PaymentState::Uncertain
            }
        }
        state => state,
    }
}

/// Returns the approved transactions of this kind.
pub(crate) fn approved(
    transactions: &[OrderTransaction],
    kind: TransactionKind,
) -> impl Iterator<Item = &OrderTransaction> {
    transactions.iter().filter(move |transaction| {
        transaction.status == TransactionStatus::Approved && transaction.kind == kind
    })
}

/// Returns the sum. `None` if one of the amounts is not known, or if they cannot be added.
pub(crate) fn total(amounts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    let mut sum: Option<Money> = None;
    for amount in amounts {
        sum = Some(match sum {
            None => amount?,
            Some(sum) => sum.checked_add(amount?).ok()?,
        });
    }
    sum
}

/// The documented kinds of notification (source: developer.sepay.vn, payment gateway, IPN).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpnKind {
    /// `ORDER_PAID`.
    Paid,
    /// `RENEWAL_ORDER_PAID`: a later payment of an agreement. Documented on an older page only.
    Renewed,
    /// `TRANSACTION_VOID`.
    Voided,
}

/// Interprets `notification_type`. Any other type is acknowledged and claims nothing.
pub(crate) fn ipn_kind(word: &str) -> Option<IpnKind> {
    match word {
        "ORDER_PAID" => Some(IpnKind::Paid),
        "RENEWAL_ORDER_PAID" => Some(IpnKind::Renewed),
        "TRANSACTION_VOID" => Some(IpnKind::Voided),
        _ => None,
    }
}

/// Returns the meaning of a documented status by which SePay refuses (source: developer.sepay.vn,
/// payment gateway, API: overview). 429 and 500 are documented as well, but do not show that
/// nothing was done.
pub(crate) fn refusal(status: StatusCode) -> Option<DeclineReason> {
    match status.as_u16() {
        400 => Some(DeclineReason::InvalidRequest),
        401 => Some(DeclineReason::Authentication),
        403 => Some(DeclineReason::Permission),
        404 => Some(DeclineReason::Other),
        422 => Some(DeclineReason::State),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_order_status_maps_in_either_case_and_an_invented_one_is_uncertain() {
        for (word, expected) in [
            (Some("CAPTURED"), PaymentState::Settled),
            (Some("captured"), PaymentState::Settled),
            (Some("AUTHENTICATION_NOT_NEEDED"), PaymentState::Open),
            (Some("authentication_not_needed"), PaymentState::Open),
            (Some("PENDING"), PaymentState::Open),
            (Some("pending"), PaymentState::Open),
            (Some("CANCELLED"), PaymentState::Cancelled),
            (Some("CANCELED"), PaymentState::Cancelled),
            (Some("canceled"), PaymentState::Cancelled),
            (Some("COMPLETED"), PaymentState::Uncertain),
            (Some("VOIDED"), PaymentState::Uncertain),
            (Some("FAILED"), PaymentState::Uncertain),
            (Some("CAPTURED "), PaymentState::Uncertain),
            (Some(""), PaymentState::Uncertain),
            (None, PaymentState::Uncertain),
        ] {
            assert_eq!(order_state(word), expected, "{word:?}");
        }
    }

    #[test]
    fn every_documented_method_maps() {
        for (word, expected) in [
            (Some("CARD"), Some(PaymentMethod::Card)),
            (Some("BANK_TRANSFER"), Some(PaymentMethod::BankTransfer)),
            (Some("NAPAS_BANK_TRANSFER"), Some(PaymentMethod::NapasQr)),
            (Some("napas_bank_transfer"), Some(PaymentMethod::NapasQr)),
            (Some("WALLET"), None),
            (None, None),
        ] {
            assert_eq!(method(word), expected, "{word:?}");
        }
    }

    #[test]
    fn every_documented_word_of_a_transaction_maps_and_others_are_kept() {
        let other = |word: &str| TransactionKind::Other(word.to_owned());
        for (word, expected) in [
            (Some("PAYMENT"), TransactionKind::Payment),
            (Some("payment"), TransactionKind::Payment),
            (Some("REFUND"), TransactionKind::Refund),
            (Some("VOID"), other("VOID")),
            (None, other("")),
        ] {
            assert_eq!(transaction_kind(word), expected, "{word:?}");
        }
        let other = |word: &str| TransactionStatus::Other(word.to_owned());
        for (word, expected) in [
            (Some("APPROVED"), TransactionStatus::Approved),
            (Some("approved"), TransactionStatus::Approved),
            (Some("DECLINED"), TransactionStatus::Declined),
            (Some("VOIDED"), other("VOIDED")),
            (None, other("")),
        ] {
            assert_eq!(transaction_status(word), expected, "{word:?}");
        }
    }

    #[test]
    fn every_documented_type_maps_and_others_are_unknown() {
        for (word, expected) in [
            ("ORDER_PAID", Some(IpnKind::Paid)),
            ("TRANSACTION_VOID", Some(IpnKind::Voided)),
            ("RENEWAL_ORDER_PAID", Some(IpnKind::Renewed)),
            ("order_paid", None),
            ("", None),
        ] {
            assert_eq!(ipn_kind(word), expected, "{word}");
        }
    }

    #[test]
    fn every_documented_refusal_has_its_reason_and_no_other_status_is_one() {
        for (status, reason) in [
            (400, Some(DeclineReason::InvalidRequest)),
            (401, Some(DeclineReason::Authentication)),
            (403, Some(DeclineReason::Permission)),
            (404, Some(DeclineReason::Other)),
            (422, Some(DeclineReason::State)),
            (200, None),
            (409, None),
            (429, None),
            (500, None),
        ] {
            assert_eq!(refusal(StatusCode::from_u16(status).unwrap()), reason, "{status}");
        }
    }
}
