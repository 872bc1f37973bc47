//! Reads orders as the order API and its notifications write them.

use payments_core::{GatewayRef, OrderRef, Raw};

use super::{
    card::Card,
    order::{Order, OrderTransaction},
    status, wire,
};
use crate::field::{Unclear, money, owned, said, time};

impl Order {
    /// Reads an order of the detail or the list.
    pub(crate) fn of(row: &wire::Order<'_>, raw: Raw) -> Result<Self, Unclear> {
        let amount = money("order_amount", row.order_amount, &row.order_currency)?;
        let rows = row.transactions.as_deref().unwrap_or_default();
        let transactions = rows.iter().map(OrderTransaction::of).collect::<Result<Vec<_>, _>>()?;
        let word = said(&row.order_status);
        Ok(Self {
            id: named(&row.id),
            order_id: named(&row.order_id),
            invoice: said(&row.order_invoice_number)
                .and_then(|invoice| OrderRef::new(invoice).ok()),
            state: status::weighed(status::order_state(word), amount, &transactions),
            status: word.map(str::to_owned),
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
}

impl OrderTransaction {
    /// Reads an attempt of the detail or of a notification.
    pub(crate) fn of(row: &wire::OrderTransaction<'_>) -> Result<Self, Unclear> {
        Ok(Self {
            id: named(&row.id),
            transaction_id: named(&row.transaction_id),
            kind: status::transaction_kind(said(&row.transaction_type)),
            status: status::transaction_status(said(&row.transaction_status)),
            amount: money("transaction_amount", row.transaction_amount, &row.transaction_currency)?,
            method: status::method(said(&row.payment_method)),
            authentication: owned(&row.authentication_status),
            card: Card::of(row),
            at: time(&row.transaction_date),
            updated_at: time(&row.transaction_last_updated_date),
        })
    }
}

fn named<T: AsRef<str>>(field: &Option<T>) -> Option<GatewayRef> {
    said(field).and_then(|id| GatewayRef::new(id).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::{
        money::Money,
        payment::{PaymentMethod, PaymentState},
    };

    fn read(json: &str) -> Result<Order, Unclear> {
        Order::of(&serde_json::from_str(json).unwrap(), Raw::default())
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
            let read = serde_json::from_str(&json).ok().map(|row| Order::of(&row, Raw::default()));
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
