//! Refunds, which immediately send money back to a buyer.

use payments_core::{OrderRef, RefundRef, Timestamp, money::Money};

use super::{
    BookingKind,
    books::Books,
    ledger::{Entry, Of},
    refused::Refused,
};
use crate::{
    rules,
    wire::{self, Operation, REFUND_CHANGED, RefusalCode},
};

/// A refund in the gateway's state.
#[derive(Debug)]
pub(super) struct Refund {
    id: String,
    refund: RefundRef,
    order: OrderRef,
    amount: Money,
    at: Timestamp,
}

impl Books {
    pub(super) fn give_back(
        &mut self,
        asked: wire::GiveBack,
        now: Timestamp,
    ) -> Result<wire::Refund, Refused> {
        if let Some(known) = self.refunds.iter().find(|known| known.refund == asked.refund) {
            let same = known.order == asked.order
                && asked.amount.is_none_or(|amount| amount == known.amount);
            return if same {
                Ok(known.shown())
            } else {
                Err(Refused::used(asked.refund.as_str()))
            };
        }
        rules::REFERENCE.check("refund", asked.refund.as_str())?;
        let payment = self.show_order(asked.order.as_str(), now)?.payment;
        let of = Of::Payment(&payment.id);
        let given = self.ledger.total(BookingKind::Refund, of, payment.received.currency());
        let left = payment.received.checked_sub(given)?;
        if left.is_zero() {
            return Err(Refused::new(RefusalCode::WrongState, "there is nothing to give back"));
        }
        let amount = asked.amount.unwrap_or(left);
        if !amount.is_positive() || left.checked_sub(amount)?.is_negative() {
            return Err(Refused {
                field: Some("amount".to_owned()),
                ..Refused::new(RefusalCode::Limit, format!("there is {left} to give back"))
            });
        }
        self.check_funds(amount)?;
        let transaction = self.ids.name("txn");
        let other_side = self
            .ledger
            .all(BookingKind::Payment, of)
            .find_map(|booking| booking.other_side.clone());
        self.ledger.book(Entry {
            kind: BookingKind::Refund,
            reference: Some(asked.refund.as_str()),
            order: Some(&asked.order),
            payment: Some(&payment.id),
            amount,
            account: None,
            other_side,
            memo: asked.reason.as_deref(),
            code: None,
            transaction,
            at: now,
        })?;
        let id = self.ids.name("rfd");
        let refund = Refund { id, refund: asked.refund, order: asked.order, amount, at: now };
        let shown = refund.shown();
        self.refunds.push(refund);
        self.carried_out(Operation::RefundPayment, shown.refund.as_str());
        let to = self.orders.address_of(&shown.order);
        self.announce(REFUND_CHANGED, &shown, to, now);
        Ok(shown)
    }

    pub(super) fn show_refund(&self, reference: &str) -> Result<wire::Refund, Refused> {
        let found = self.refunds.iter().find(|refund| refund.refund.as_str() == reference);
        found.map(Refund::shown).ok_or_else(|| Refused::unknown("refund", reference))
    }

    /// Checks that the balance is sufficient.
    pub(super) fn check_funds(&self, amount: Money) -> Result<(), Refused> {
        let own = self.ledger.account_in(amount.currency());
        let balance = own.map_or(Money::zero(amount.currency()), |own| own.balance);
        if balance.checked_sub(amount)?.is_negative() {
            return Err(Refused::new(
                RefusalCode::InsufficientFunds,
                format!("the balance is {balance}"),
            ));
        }
        Ok(())
    }
}

impl Refund {
    fn shown(&self) -> wire::Refund {
        wire::Refund {
            id: self.id.clone(),
            refund: self.refund.clone(),
            order: self.order.clone(),
            status: "done".to_owned(),
            amount: self.amount,
            at: self.at,
        }
    }
}
