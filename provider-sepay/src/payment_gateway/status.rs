//! Converts the words and codes of the payment gateway to the core's values. They are interpreted
//! only here.

use http::StatusCode;
use payments_core::{
    DeclineReason,
    money::Money,
    payment::{PaymentMethod, PaymentState},
};

use super::order::{OrderTransaction, TransactionKind, TransactionStatus};

/// `order_status` (developer.sepay.vn, payment gateway, API: order detail, cancel order). Samples
/// and prose differ in case and spell the third word both ways; `PENDING` is an older sample's.
///
/// What is documented nowhere is uncertain, the older samples' `COMPLETED` included: whether it
/// says that the money is ours, no page tells.
pub(crate) fn order_state(status: Option<&str>) -> PaymentState {
    match status.map(str::to_ascii_uppercase).as_deref() {
        Some("CAPTURED") => PaymentState::Settled,
        Some("AUTHENTICATION_NOT_NEEDED" | "PENDING") => PaymentState::Open,
        Some("CANCELLED" | "CANCELED") => PaymentState::Cancelled,
        _ => PaymentState::Uncertain,
    }
}

/// `payment_method` (developer.sepay.vn, payment form).
pub(crate) fn method(word: Option<&str>) -> Option<PaymentMethod> {
    match word?.to_ascii_uppercase().as_str() {
        "CARD" => Some(PaymentMethod::Card),
        "BANK_TRANSFER" => Some(PaymentMethod::BankTransfer),
        "NAPAS_BANK_TRANSFER" => Some(PaymentMethod::NapasQr),
        _ => None,
    }
}

/// `transaction_type`.
pub(crate) fn transaction_kind(word: Option<&str>) -> TransactionKind {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "PAYMENT" => TransactionKind::Payment,
        "REFUND" => TransactionKind::Refund,
        _ => TransactionKind::Other(word.unwrap_or_default().to_owned()),
    }
}

/// `transaction_status`.
pub(crate) fn transaction_status(word: Option<&str>) -> TransactionStatus {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "APPROVED" => TransactionStatus::Approved,
        "DECLINED" => TransactionStatus::Declined,
        _ => TransactionStatus::Other(word.unwrap_or_default().to_owned()),
    }
}

/// The state that an order's status has beside its transactions.
///
/// SePay documents no status for an order whose money went back. What its documented words say
/// together decides: captured and refunded in full is refunded; a cancelled order that a card had
/// paid was voided, for only unpaid orders are cancelled otherwise. Captured and refunded in part,
/// cancelled although a transfer had paid it, or open although a payment was approved, says two
/// things at once: it is asked again, or is for a person.
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

/// The transactions of this kind that went through.
pub(crate) fn approved(
    transactions: &[OrderTransaction],
    kind: TransactionKind,
) -> impl Iterator<Item = &OrderTransaction> {
    transactions.iter().filter(move |transaction| {
        transaction.status == TransactionStatus::Approved && transaction.kind == kind
    })
}

/// The sum; nothing if one of them is not known, or they do not add up.
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

/// The documented kinds of notification (developer.sepay.vn, payment gateway, IPN).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpnKind {
    /// `ORDER_PAID`.
    Paid,
    /// `RENEWAL_ORDER_PAID`: a later payment of an agreement. Documented on an older page only.
    Renewed,
    /// `TRANSACTION_VOID`.
    Voided,
}

/// `notification_type`; every other one is acknowledged and claims nothing.
pub(crate) fn ipn_kind(word: &str) -> Option<IpnKind> {
    match word {
        "ORDER_PAID" => Some(IpnKind::Paid),
        "RENEWAL_ORDER_PAID" => Some(IpnKind::Renewed),
        "TRANSACTION_VOID" => Some(IpnKind::Voided),
        _ => None,
    }
}

/// The documented statuses by which SePay refuses (developer.sepay.vn, payment gateway, API:
/// overview). 429 and 500 are documented too, and do not say that nothing was done.
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
