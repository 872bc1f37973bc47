//! Converts an order to a payment.

use payments_core::{
    OrderRef,
    money::Money,
    payment::{Payment, PaymentState},
};

use super::{
    order::{Order, TransactionKind},
    status::{approved, total},
};
use crate::field::Unclear;

/// Converts an order to its payment.
pub(crate) fn payment(asked_about: &OrderRef, order: Order) -> Result<Payment, Unclear> {
    if order.invoice.as_ref() != Some(asked_about) {
        return Err(Unclear::new("it is about another order than was asked about"));
    }
    let received = received(&order)?;
    let state = match (order.state, received) {
        // It is paid, but the amount is not known.
        (PaymentState::Settled, None) => PaymentState::Uncertain,
        (state, _) => state,
    };
    let mut payment = Payment::new(asked_about.clone(), state).with_raw(order.raw);
    if let Some(amount) = order.amount {
        payment = payment.with_asked(amount);
    }
    if let Some(received) = received {
        payment = payment.with_received(received);
    }
    if let Some(method) = order.transactions.iter().rev().find_map(|attempt| attempt.method) {
        payment = payment.with_method(method);
    }
    if let Some(order_id) = order.order_id {
        payment = payment.with_gateway_ref(order_id);
    }
    Ok(match order.status {
        Some(status) => payment.with_provider_state(status),
        None => payment,
    })
}

/// Returns the amount received for a paid order: the sum of its approved payments or, if it lists
/// none, the amount asked.
fn received(order: &Order) -> Result<Option<Money>, Unclear> {
    if order.state != PaymentState::Settled {
        return Ok(None);
    }
    let mut approved = approved(&order.transactions, TransactionKind::Payment).peekable();
    if approved.peek().is_some() {
        return Ok(total(approved.map(|payment| payment.amount)));
    }
    order.amount.map(Some).ok_or_else(|| Unclear::new("a paid order without its order_amount"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment_gateway::order::{OrderTransaction, TransactionStatus};
    use payments_core::{GatewayRef, Raw};

    fn reference() -> OrderRef {
        OrderRef::new("DH1").unwrap()
    }

    fn order(state: PaymentState, amount: Option<i64>) -> Order {
        Order {
            id: None,
            order_id: Some(GatewayRef::new("SEPAY-1").unwrap()),
            invoice: Some(reference()),
            state,
            status: Some("SOME_WORD".to_owned()),
            amount: amount.map(Money::vnd),
            description: None,
            customer_id: None,
            authentication: None,
            created_at: None,
            updated_at: None,
            transactions: Vec::new(),
            raw: Raw::default(),
        }
    }

    #[test]
    fn only_a_captured_order_has_received_its_amount() {
        for state in PaymentState::ALL {
            let payment = payment(&reference(), order(state, Some(300))).unwrap();
            assert_eq!(payment.asked, Some(Money::vnd(300)), "{state:?}");
            let received = (state == PaymentState::Settled).then_some(Money::vnd(300));
            assert_eq!(payment.received, received, "{state:?}");
            assert_eq!(payment.settles(Money::vnd(300)), received.is_some(), "{state:?}");
            assert_eq!(payment.provider_state.as_deref(), Some("SOME_WORD"));
        }
    }

    #[test]
    fn a_paid_order_has_received_what_its_approved_payments_add_up_to() {
        let paid = |amounts: &[Option<i64>]| {
            let mut order = order(PaymentState::Settled, Some(300));
            order.transactions = amounts
                .iter()
                .map(|amount| OrderTransaction {
                    id: None,
                    transaction_id: None,
                    kind: TransactionKind::Payment,
                    status: TransactionStatus::Approved,
                    amount: amount.map(Money::vnd),
                    method: None,
                    authentication: None,
                    card: None,
                    at: None,
                    updated_at: None,
                })
                .collect();
            let payment = payment(&reference(), order).unwrap();
            (payment.state, payment.received.map(|received| received.minor()))
        };
        assert_eq!(paid(&[Some(300)]), (PaymentState::Settled, Some(300)));
        assert_eq!(paid(&[Some(30)]), (PaymentState::Settled, Some(30)));
        assert_eq!(paid(&[Some(300), Some(300)]), (PaymentState::Settled, Some(600)));
        assert_eq!(paid(&[Some(300), None]), (PaymentState::Uncertain, None));
    }

    #[test]
    fn a_paid_order_without_an_amount_is_not_believed() {
        assert!(payment(&reference(), order(PaymentState::Settled, None)).is_err());
        assert!(payment(&reference(), order(PaymentState::Open, None)).is_ok());
    }

    #[test]
    fn an_answer_about_another_order_is_not_believed() {
        let other = OrderRef::new("DH2").unwrap();
        assert!(payment(&other, order(PaymentState::Settled, Some(300))).is_err());
        let mut nameless = order(PaymentState::Settled, Some(300));
        nameless.invoice = None;
        assert!(payment(&reference(), nameless).is_err());
    }
}
