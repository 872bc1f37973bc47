//! What orders and credits say about one payment.

use payments_core::{
    Absence, Lookup, Movement, OrderRef,
    money::{Currency, Money},
    payment::{Payment, PaymentMethod, PaymentState},
};

use super::{
    Unclear,
    order::{approved, total},
};
use crate::order::{Order, TransactionKind};

/// What an order says about its payment.
pub(crate) fn payment(asked_about: &OrderRef, order: Order) -> Result<Payment, Unclear> {
    if order.invoice.as_ref() != Some(asked_about) {
        return Err(Unclear::new("it is about another order than was asked about"));
    }
    let received = received(&order)?;
    let state = match (order.state, received) {
        // Paid, and nobody can say how much.
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

/// What arrived for a paid order: what its approved payments add up to, and where it lists none,
/// what it asked for.
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

/// What the credits with an order's code say about its payment; `None` without any.
pub(crate) fn transferred(
    order: &OrderRef,
    credits: Vec<Movement>,
) -> Result<Option<Payment>, Unclear> {
    if credits.is_empty() {
        return Ok(None);
    }
    let received = credits
        .iter()
        .try_fold(Money::zero(Currency::VND), |sum, credit| sum.checked_add(credit.amount))
        .map_err(|error| Unclear::new(format!("the credits do not add up: {error}")))?;
    Ok(Some(
        Payment::new(order.clone(), PaymentState::Settled)
            .with_received(received)
            .with_method(PaymentMethod::BankTransfer)
            .with_credits(credits),
    ))
}

/// What the payment gateway and the bank statement say about one order.
///
/// A checkout that the buyer left, or that was cancelled, says nothing beside credits that
/// arrived. Anything else beside credits is told in full: it may be paid twice.
pub(crate) fn join(
    checkout: Option<Payment>,
    transfer: Option<Payment>,
    absence: Absence,
) -> Lookup<Payment> {
    let told = match (checkout, transfer) {
        (Some(checkout), Some(transfer))
            if matches!(checkout.state, PaymentState::Open | PaymentState::Cancelled) =>
        {
            vec![transfer]
        }
        (checkout, transfer) => checkout.into_iter().chain(transfer).collect(),
    };
    Lookup::from_vec(told, absence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{OrderTransaction, TransactionStatus};
    use payments_core::{DedupeKey, Direction, GatewayRef, Raw};

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

    fn credit(amount: i64) -> Movement {
        Movement::new(DedupeKey::new("test.line", "1").unwrap(), Direction::In, Money::vnd(amount))
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

    #[test]
    fn credits_are_summed_and_kept() {
        assert_eq!(transferred(&reference(), Vec::new()).unwrap(), None);
        let payment = transferred(&reference(), vec![credit(20), credit(30)]).unwrap().unwrap();
        assert_eq!(payment.received, Some(Money::vnd(50)));
        assert_eq!(payment.credits.len(), 2);
        assert!(payment.settles(Money::vnd(50)));
        assert!(!payment.settles(Money::vnd(60)));
        assert!(transferred(&reference(), vec![credit(i64::MAX), credit(1)]).is_err());
    }

    #[test]
    fn an_order_paid_by_transfer_is_one_payment_and_one_paid_twice_is_several() {
        let of = |state| payment(&reference(), order(state, Some(300))).unwrap();
        let by_transfer = || transferred(&reference(), vec![credit(300)]).unwrap();
        let absence = || Absence::inconclusive("nothing");
        assert_eq!(join(None, None, absence()), Lookup::Absent(absence()));
        assert_eq!(join(None, by_transfer(), absence()).into_vec().len(), 1);
        for (state, told) in [
            (PaymentState::Open, 1),
            (PaymentState::Cancelled, 1),
            (PaymentState::Settled, 2),
            (PaymentState::Refunded, 2),
            (PaymentState::Uncertain, 2),
        ] {
            let alone = join(Some(of(state)), None, absence());
            assert_eq!(alone, Lookup::Found(of(state)), "{state:?}");
            let both = join(Some(of(state)), by_transfer(), absence()).into_vec();
            assert_eq!(both.len(), told, "{state:?}");
            assert_eq!(both.last(), by_transfer().as_ref(), "{state:?}");
        }
    }
}
