//! Money that goes back to buyers, and orders that are called off.

use payments_core::{OrderRef, RefundRef, money::Money, payment::RefundPayment};

use super::{ORDERS, Shop, Told};
use crate::world::{MAIN, payout_of};

impl Shop {
    fn an_order(&mut self) -> String {
        format!("A-{}", self.random.below(ORDERS))
    }

    pub(super) async fn refund(&mut self) {
        let order = self.an_order();
        let name = format!("R-{}-{order}", self.random.below(3));
        let amount = *self.random.one_of(&[10_000, 40_000, 70_000]);
        let known = self.refunds.get(&name);
        if known.is_some() {
            return;
        }
        let request =
            RefundPayment::new(RefundRef::new(&*name).unwrap(), OrderRef::new(&*order).unwrap());
        let request = request.with_amount(Money::vnd(amount)).unwrap();
        let payments = self.engine().payments(MAIN).unwrap();
        let outcome = payments.refund_payment(&request).await;
        drop(payments);
        let has_ended = self.has_ended();
        let (_, told) = self.refunds.entry(name).or_insert((order, Told::default()));
        told.hear(&outcome, has_ended);
    }

    /// Gives a part back by a payout, as where the gateway cannot refund.
    pub(super) async fn refund_by_payout(&mut self) {
        let (order, number) = (self.an_order(), self.random.below(2));
        let name = format!("B-{number}-{order}");
        let amount = if number == 0 { 30_000 } else { 60_000 };
        let (of, refund) = (OrderRef::new(&*order).unwrap(), RefundRef::new(&*name).unwrap());
        let payout = payout_of(&name, amount);
        let outcome = self.engine().refund_by_payout(&of, &refund, MAIN, &payout).await;
        let has_ended = self.has_ended();
        if outcome.is_ok() || has_ended {
            self.rows.insert("a refund by payout");
        }
        self.given_back.insert(name.clone(), order);
        self.payouts.entry(name).or_default().hear_handed_over(&outcome, has_ended);
    }

    /// Calls an order off.
    pub(super) async fn cancel(&mut self) {
        let order = self.an_order();
        let payments = self.engine().payments(MAIN).unwrap();
        let outcome = payments.cancel_payment(&OrderRef::new(&*order).unwrap()).await;
        drop(payments);
        let has_ended = self.has_ended();
        if outcome.is_ok() {
            self.rows.insert("a cancellation");
        }
        self.cancelled.entry(order).or_default().hear(&outcome, has_ended);
    }
}
