//! Payments: opened, paid in any amounts at any time, cancelled, failed.

use payments_core::{
    OrderRef, Timestamp,
    money::Money,
    payment::{CodeMatch, PaymentCode, PaymentMethod},
    rules::check_amount,
};

use super::{
    Booking, BookingKind, ControlError,
    books::{Books, address},
    ledger::Entry,
    next_step::{Given, next_steps},
    order::{End, Order, Status},
    refused::Refused,
};
use crate::{
    capabilities,
    wire::{self, Operation, RefusalCode},
};

/// # What the merchant's program asks for
impl Books {
    pub(super) fn open_payment(
        &mut self,
        asked: wire::OpenPayment,
        now: Timestamp,
    ) -> Result<wire::Payment, Refused> {
        if let Some(order) = self.orders.find(asked.order.as_str(), &self.ledger, now) {
            let same = (order.terms.amount, order.terms.method) == (asked.amount, asked.method);
            return if same {
                Ok(order.shown(&self.ledger))
            } else {
                Err(Refused::used(asked.order.as_str()))
            };
        }
        capabilities::REFERENCE.check("order", asked.order.as_str())?;
        capabilities::TEXT.check("description", &asked.description)?;
        check_amount(&capabilities::limits(), asked.amount)?;
        if asked.expires_at.is_some_and(|end| end <= now) {
            return Err(Refused::invalid("expires_at", "is past"));
        }
        let notify_url = address(asked.notify_url.as_deref())?;
        let Some(own) = self.ledger.account_in(asked.amount.currency()) else {
            return Err(Refused::invalid("amount", "is in a currency without an account"));
        };
        let id = self.ids.name("pay");
        let code = self.codes.code_for(&OrderRef::new(self.ids.code_digits())?)?;
        let number = (asked.method == Some(PaymentMethod::VirtualAccount))
            .then(|| self.ids.account_number());
        let given = Given {
            page: format!("{}/pay/{id}", self.site),
            code: code.as_str(),
            number: number.as_deref(),
            own,
        };
        let next = next_steps(&asked, given);
        let order =
            Order { id, terms: asked, code, number, next, notify_url, acted: false, end: None };
        let shown = order.shown(&self.ledger);
        self.orders.add(order);
        self.carried_out(Operation::CreatePayment, shown.order.as_str());
        Ok(shown)
    }

    pub(super) fn show_order(
        &mut self,
        reference: &str,
        now: Timestamp,
    ) -> Result<wire::Payment, Refused> {
        match self.orders.find(reference, &self.ledger, now) {
            Some(order) => Ok(order.shown(&self.ledger)),
            None => Err(Refused::unknown("order", reference)),
        }
    }

    pub(super) fn cancel_payment(
        &mut self,
        reference: &str,
        now: Timestamp,
    ) -> Result<wire::Payment, Refused> {
        match self.status_of(reference, now) {
            None => return Err(Refused::unknown("order", reference)),
            Some(Status::Cancelled) => {}
            Some(Status::Open | Status::Processing) => {
                self.end_order(reference, End::Cancelled, now);
                self.carried_out(Operation::CancelPayment, reference);
            }
            Some(status) => {
                return Err(Refused::new(
                    RefusalCode::WrongState,
                    format!("a payment that is {} cannot be cancelled", status.word()),
                ));
            }
        }
        self.show_order(reference, now)
    }
}

/// # What buyers do
impl Books {
    /// Money arrives for an order: any amount, at any time, as often as you like. Without a
    /// memo, a transfer has the one that was asked for.
    pub(super) fn pay(
        &mut self,
        reference: &str,
        amount: Money,
        memo: Option<&str>,
        now: Timestamp,
    ) -> Result<Booking, ControlError> {
        let Some(order) = self.orders.find(reference, &self.ledger, now) else {
            return Err(ControlError::UnknownOrder(reference.to_owned()));
        };
        if !amount.is_positive() || amount.currency() != order.terms.amount.currency() {
            return Err(ControlError::ImpossibleAmount(amount));
        }
        let late = order.end.is_some();
        let by_memo = order.terms.method == Some(PaymentMethod::BankTransfer);
        let code = by_memo.then_some(&order.code);
        let booking = self
            .ledger
            .book(Entry {
                kind: BookingKind::Payment,
                reference: Some(reference),
                order: Some(&order.terms.order),
                amount,
                account: order.number.as_deref(),
                other_side: order.buyer(),
                memo: memo.or(code.map(PaymentCode::as_str)),
                code,
                transaction: self.ids.name("txn"),
                at: now,
            })
            .map_err(|_| ControlError::ImpossibleAmount(amount))?;
        self.announce_order(reference, late.then_some("late"), now);
        Ok(booking)
    }

    /// The buyer acted, and the money has not arrived.
    pub(super) fn process(&mut self, reference: &str, now: Timestamp) -> Result<(), ControlError> {
        let Some(order) = self.orders.find(reference, &self.ledger, now) else {
            return Err(ControlError::UnknownOrder(reference.to_owned()));
        };
        match order.status(&self.ledger) {
            Status::Open => order.acted = true,
            status => return Err(ControlError::WrongState(status.word())),
        }
        self.announce_order(reference, None, now);
        Ok(())
    }

    /// The buyer's bank refuses.
    pub(super) fn fail(&mut self, reference: &str, now: Timestamp) -> Result<(), ControlError> {
        self.end_unpaid(reference, End::Failed, now)
    }

    /// The buyer calls it off.
    pub(super) fn cancel(&mut self, reference: &str, now: Timestamp) -> Result<(), ControlError> {
        self.end_unpaid(reference, End::Cancelled, now)
    }

    /// Where a buyer's browser goes back to, and the word for the state of the payment.
    pub(super) fn return_of(
        &mut self,
        reference: &str,
        now: Timestamp,
    ) -> Option<(String, &'static str)> {
        let order = self.orders.find(reference, &self.ledger, now)?;
        Some((order.terms.return_url.clone()?, order.status(&self.ledger).word()))
    }

    /// The order whose payment code stands in a memo, if it is one.
    pub(super) fn order_in_memo(&self, memo: &str) -> Option<OrderRef> {
        match self.codes.find(memo) {
            CodeMatch::One(code) => self.orders.named_by(code.as_str()),
            CodeMatch::None | CodeMatch::Several(_) => None,
        }
    }

    fn end_unpaid(
        &mut self,
        reference: &str,
        end: End,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        match self.status_of(reference, now) {
            None => Err(ControlError::UnknownOrder(reference.to_owned())),
            Some(Status::Open | Status::Processing) => {
                self.end_order(reference, end, now);
                Ok(())
            }
            Some(status) => Err(ControlError::WrongState(status.word())),
        }
    }

    fn end_order(&mut self, reference: &str, end: End, now: Timestamp) {
        if let Some(order) = self.orders.find(reference, &self.ledger, now) {
            order.end = Some(end);
        }
        self.announce_order(reference, None, now);
    }

    /// Announces an order under `word`, or under the word of its state.
    fn announce_order(&mut self, reference: &str, word: Option<&str>, now: Timestamp) {
        let Some(order) = self.orders.find(reference, &self.ledger, now) else { return };
        let to = order.notify_url.clone();
        let shown = order.shown(&self.ledger);
        let kind = format!("payment.{}", word.unwrap_or(&shown.status));
        self.announce(&kind, &shown, to, now);
    }

    fn status_of(&mut self, reference: &str, now: Timestamp) -> Option<Status> {
        let order = self.orders.find(reference, &self.ledger, now)?;
        Some(order.status(&self.ledger))
    }
}
