//! Orders of the payment gateway.

use payments_core::{
    GatewayRef, OrderRef, Raw,
    money::Money,
    payment::{PaymentMethod, PaymentState},
};

use super::{Unclear, card::card, money, owned, said, time};
use crate::{
    order::{Order, OrderTransaction, TransactionKind, TransactionStatus},
    wire,
};

/// `order_status` (developer.sepay.vn, payment gateway, API: order detail, cancel order). Samples
/// and prose differ in case and spell the third word both ways; `PENDING` is an older sample's.
///
/// What is documented nowhere is uncertain, the older samples' `COMPLETED` included: whether it
/// says that the money is ours, no page tells.
fn state(status: Option<&str>) -> PaymentState {
    match status.map(str::to_ascii_uppercase).as_deref() {
        Some("CAPTURED") => PaymentState::Settled,
        Some("AUTHENTICATION_NOT_NEEDED" | "PENDING") => PaymentState::Open,
        Some("CANCELLED" | "CANCELED") => PaymentState::Cancelled,
        _ => PaymentState::Uncertain,
    }
}

/// `payment_method` (developer.sepay.vn, payment form).
pub(super) fn method(word: Option<&str>) -> Option<PaymentMethod> {
    match word?.to_ascii_uppercase().as_str() {
        "CARD" => Some(PaymentMethod::Card),
        "BANK_TRANSFER" => Some(PaymentMethod::BankTransfer),
        "NAPAS_BANK_TRANSFER" => Some(PaymentMethod::NapasQr),
        _ => None,
    }
}

/// `transaction_type`.
pub(super) fn transaction_kind(word: Option<&str>) -> TransactionKind {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "PAYMENT" => TransactionKind::Payment,
        "REFUND" => TransactionKind::Refund,
        _ => TransactionKind::Other(word.unwrap_or_default().to_owned()),
    }
}

/// `transaction_status`.
pub(super) fn transaction_status(word: Option<&str>) -> TransactionStatus {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "APPROVED" => TransactionStatus::Approved,
        "DECLINED" => TransactionStatus::Declined,
        _ => TransactionStatus::Other(word.unwrap_or_default().to_owned()),
    }
}

/// An order as the detail or the list has it.
pub(crate) fn order(row: &wire::Order<'_>, raw: Raw) -> Result<Order, Unclear> {
    let amount = money("order_amount", row.order_amount, &row.order_currency)?;
    let rows = row.transactions.as_deref().unwrap_or_default();
    let transactions = rows.iter().map(transaction).collect::<Result<Vec<_>, _>>()?;
    let status = said(&row.order_status);
    Ok(Order {
        id: named(&row.id),
        order_id: named(&row.order_id),
        invoice: said(&row.order_invoice_number).and_then(|invoice| OrderRef::new(invoice).ok()),
        state: weighed(state(status), amount, &transactions),
        status: status.map(str::to_owned),
        amount,
        description: owned(&row.order_description),
        customer_id: owned(&row.customer_id),
        authentication: owned(&row.authentication_status),
        created_at: time(&row.created_at),
        updated_at: time(&row.updated_at),
        transactions,
        raw,
    })
}

pub(super) fn transaction(row: &wire::OrderTransaction<'_>) -> Result<OrderTransaction, Unclear> {
    Ok(OrderTransaction {
        id: named(&row.id),
        transaction_id: named(&row.transaction_id),
        kind: transaction_kind(said(&row.transaction_type)),
        status: transaction_status(said(&row.transaction_status)),
        amount: money("transaction_amount", row.transaction_amount, &row.transaction_currency)?,
        method: method(said(&row.payment_method)),
        authentication: owned(&row.authentication_status),
        card: card(row),
        at: time(&row.transaction_date),
        updated_at: time(&row.transaction_last_updated_date),
    })
}

fn named<T: AsRef<str>>(field: &Option<T>) -> Option<GatewayRef> {
    said(field).and_then(|id| GatewayRef::new(id).ok())
}

/// The state that an order's status has beside its transactions.
///
/// SePay documents no status for an order whose money went back. What its documented words say
/// together decides: captured and refunded in full is refunded; a cancelled order that a card had
/// paid was voided, for only unpaid orders are cancelled otherwise. Captured and refunded in part,
/// cancelled although a transfer had paid it, or open although a payment was approved, says two
/// things at once: it is asked again, or is for a person.
fn weighed(
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
pub(super) fn approved(
    transactions: &[OrderTransaction],
    kind: TransactionKind,
) -> impl Iterator<Item = &OrderTransaction> {
    transactions.iter().filter(move |transaction| {
        transaction.status == TransactionStatus::Approved && transaction.kind == kind
    })
}

/// The sum; nothing if one of them is not known, or they do not add up.
pub(super) fn total(amounts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    let mut sum: Option<Money> = None;
    for amount in amounts {
        sum = Some(match sum {
            None => amount?,
            Some(sum) => sum.checked_add(amount?).ok()?,
        });
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Order, Unclear> {
        order(&serde_json::from_str(json).unwrap(), Raw::default())
    }

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
            assert_eq!(state(word), expected, "{word:?}");
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
    fn an_order_is_read_as_the_detail_page_prints_it() {
        let order = read(
            r#"{"id":"1","customer_id":null,"order_id":"SEPAY-68BA83CE637C1",
                "order_invoice_number":"DH1756370479","order_status":"CAPTURED",
                "order_amount":"300000.00","order_currency":"VND","order_description":"Thanh toán",
                "authentication_status":null,"created_at":"2025-09-05 13:31:10",
                "updated_at":"2025-09-05 13:32:00","transactions":[{"id":189,
                "payment_method":"CARD","transaction_type":"PAYMENT","transaction_amount":"300000",
                "transaction_currency":"VND","transaction_status":"APPROVED",
                "card_number":"512345xxxxxx0008","card_brand":"MASTERCARD",
                "transaction_date":"2025-09-05 13:32:00"}]}"#,
        )
        .unwrap();
        assert_eq!(order.state, PaymentState::Settled);
        assert_eq!(order.amount, Some(Money::vnd(300_000)));
        assert_eq!(order.invoice.unwrap().as_str(), "DH1756370479");
        assert_eq!(order.order_id.unwrap().as_str(), "SEPAY-68BA83CE637C1");
        assert_eq!(order.created_at.unwrap().to_string(), "2025-09-05T06:31:10Z");
        let [transaction] = order.transactions.as_slice() else { panic!("one transaction") };
        assert_eq!(transaction.id.as_ref().unwrap().as_str(), "189");
        assert_eq!(transaction.amount, Some(Money::vnd(300_000)));
        assert_eq!(transaction.method, Some(PaymentMethod::Card));
    }

    #[test]
    fn what_went_back_is_weighed_against_what_was_captured() {
        const CARD: (&str, &str, &str, i64) = ("CARD", "PAYMENT", "APPROVED", 300);
        const TRANSFER: (&str, &str, &str, i64) = ("BANK_TRANSFER", "PAYMENT", "APPROVED", 300);
        const DECLINED: (&str, &str, &str, i64) = ("CARD", "PAYMENT", "DECLINED", 300);
        const ALL_BACK: (&str, &str, &str, i64) = ("CARD", "REFUND", "APPROVED", 300);
        const HALF_BACK: (&str, &str, &str, i64) = ("CARD", "REFUND", "APPROVED", 150);
        const NOT_BACK: (&str, &str, &str, i64) = ("CARD", "REFUND", "DECLINED", 300);

        for (status, transactions, expected) in [
            ("CAPTURED", vec![], PaymentState::Settled),
            ("CAPTURED", vec![DECLINED, CARD], PaymentState::Settled),
            ("CAPTURED", vec![CARD, NOT_BACK], PaymentState::Settled),
            ("CAPTURED", vec![CARD, ALL_BACK], PaymentState::Refunded),
            ("CAPTURED", vec![CARD, HALF_BACK, HALF_BACK], PaymentState::Refunded),
            ("CAPTURED", vec![CARD, HALF_BACK], PaymentState::Uncertain),
            ("CANCELLED", vec![], PaymentState::Cancelled),
            ("CANCELLED", vec![DECLINED], PaymentState::Cancelled),
            ("CANCELLED", vec![CARD], PaymentState::Refunded),
            ("CANCELLED", vec![TRANSFER], PaymentState::Uncertain),
            ("CANCELLED", vec![CARD, TRANSFER], PaymentState::Uncertain),
            ("PENDING", vec![DECLINED], PaymentState::Open),
            ("PENDING", vec![CARD], PaymentState::Uncertain),
        ] {
            let rows: Vec<_> = transactions
                .iter()
                .map(|(method, kind, status, amount)| {
                    format!(
                        r#"{{"payment_method":"{method}","transaction_type":"{kind}",
                            "transaction_status":"{status}","transaction_amount":"{amount}"}}"#
                    )
                })
                .collect();
            let json = format!(
                r#"{{"order_status":"{status}","order_amount":"300.00","transactions":[{}]}}"#,
                rows.join(",")
            );
            assert_eq!(read(&json).unwrap().state, expected, "{status} with {transactions:?}");
        }
    }

    #[test]
    fn an_amount_that_is_not_exact_is_not_guessed() {
        for amount in [r#""300.50""#, "3e2", r#""300,000""#] {
            let json = format!(r#"{{"order_status":"CAPTURED","order_amount":{amount}}}"#);
            let read = serde_json::from_str(&json).ok().map(|row| order(&row, Raw::default()));
            assert!(matches!(read, None | Some(Err(_))), "{amount}: {read:?}");
        }
        let dollars = read(r#"{"order_amount":"1.50","order_currency":"USD"}"#).unwrap();
        assert_eq!(dollars.amount, Some(Money::parse("1.5", dollars_of()).unwrap()));
        assert!(read(r#"{"order_amount":"1","order_currency":"???"}"#).is_err());
    }

    fn dollars_of() -> payments_core::money::Currency {
        payments_core::money::Currency::USD
    }
}
