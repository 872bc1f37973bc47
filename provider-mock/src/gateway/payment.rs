//! Payments, which can be opened, paid in any amount at any time, cancelled and failed.

use payments_core::{
    OrderRef, Timestamp,
    money::Money,
    payment::{PaymentCode, PaymentMethod},
    rules::check_amount,
};
use provider_kit::payment_code::{CodeMatch, Memo};

use super::{
    Booking, BookingKind, ControlError,
    books::{Again, Books, address},
    ledger::{Entry, Of},
    next_step::{Given, next_steps},
    order::{End, Order, Status},
    refused::Refused,
};
use crate::{
    rules,
    wire::{self, Operation, RefusalCode},
};

/// # What the merchant's program asks for
impl Books {
    pub(super) fn open_payment(
        &mut self,
        asked: wire::OpenPayment,
        now: Timestamp,
    ) -> Result<wire::Payment, Refused> {
        let repeat = self.payment_repeat;
        if let Some(order) = self.orders.of(asked.order.as_str(), &self.ledger, now).next() {
            match Again::of(repeat, order.opened_at, now) {
                Again::AsFirst if order.is_of(&asked) => return Ok(order.shown(&self.ledger)),
                Again::AsFirst | Again::Refused => {
                    return Err(Refused::used(asked.order.as_str()));
                }
                Again::CarriedOut => {}
            }
        }
        self.add_payment(asked, now)
    }

    /// Opens the payment of a link when a buyer follows it. Following the link again shows the same
    /// payment.
    pub(super) fn open_by_link(
        &mut self,
        asked: wire::OpenPayment,
        now: Timestamp,
    ) -> Result<wire::Payment, Refused> {
        let mut known = self.orders.of(asked.order.as_str(), &self.ledger, now);
        if let Some(order) = known.find(|order| order.is_of(&asked)) {
            return Ok(order.shown(&self.ledger));
        }
        drop(known);
        let (reference, body) = (asked.order.to_string(), super::json(&asked));
        let opened = self.add_payment(asked, now)?;
        self.keep(Operation::CreatePayment, reference, &body);
        Ok(opened)
    }

    fn add_payment(
        &mut self,
        asked: wire::OpenPayment,
        now: Timestamp,
    ) -> Result<wire::Payment, Refused> {
        rules::REFERENCE.check("order", asked.order.as_str())?;
        rules::TEXT.check("description", &asked.description)?;
        check_amount(&rules::limits(), asked.amount)?;
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
        let order = Order {
            id,
            opened_at: now,
            terms: asked,
            code,
            number,
            next,
            notify_url,
            acted: false,
            end: None,
        };
        let shown = order.shown(&self.ledger);
        self.orders.add(order);
        self.carried_out(Operation::CreatePayment, shown.order.as_str());
        Ok(shown)
    }

    /// Returns the first payment of an order, and those that were opened later for it.
    pub(super) fn show_order(
        &mut self,
        reference: &str,
        now: Timestamp,
    ) -> Result<wire::FoundPayment, Refused> {
        let ledger = &self.ledger;
        let mut all = self.orders.of(reference, ledger, now).map(|order| order.shown(ledger));
        let payment = all.next().ok_or_else(|| Refused::unknown("order", reference))?;
        Ok(wire::FoundPayment { payment, again: all.collect() })
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
        Ok(self.show_order(reference, now)?.payment)
    }
}

/// # What buyers do
impl Books {
    /// Books money for the first payment of an order.
    pub(super) fn pay(
        &mut self,
        reference: &str,
        amount: Money,
        now: Timestamp,
    ) -> Result<Booking, ControlError> {
        let first = self.orders.of(reference, &self.ledger, now).next();
        let id = first.map(|order| order.id.clone());
        let id = id.ok_or_else(|| ControlError::UnknownOrder(reference.to_owned()))?;
        self.pay_for(&id, amount, None, now)
    }

    /// Books money for a payment: any amount, at any time, any number of times, as far as the
    /// payers' settings allow. A transfer without a memo gets the requested one.
    pub(super) fn pay_for(
        &mut self,
        id: &str,
        amount: Money,
        memo: Option<&str>,
        now: Timestamp,
    ) -> Result<Booking, ControlError> {
        let Some(order) = self.orders.named(id, &self.ledger, now) else {
            return Err(ControlError::UnknownOrder(id.to_owned()));
        };
        let (asked, late) = (order.terms.amount, order.end.is_some());
        let paid = self.ledger.all(BookingKind::Payment, Of::Payment(id)).next().is_some();
        if !amount.is_positive()
            || amount.currency() != asked.currency()
            || !self.payers.can(amount, Some(asked), paid, late)
        {
            return Err(ControlError::ImpossibleAmount(amount));
        }
        let by_memo = order.terms.method == Some(PaymentMethod::BankTransfer);
        let code = by_memo.then_some(&order.code);
        let booking = self
            .ledger
            .book(Entry {
                kind: BookingKind::Payment,
                reference: Some(order.terms.order.as_str()),
                order: Some(&order.terms.order),
                payment: Some(id),
                amount,
                account: order.number.as_deref(),
                other_side: order.buyer(),
                memo: memo.or(code.map(PaymentCode::as_str)),
                code,
                transaction: self.ids.name("txn"),
                at: now,
            })
            .map_err(|_| ControlError::ImpossibleAmount(amount))?;
        self.announce_order(id, late.then_some("late"), now);
        Ok(booking)
    }

    /// Records that the buyer acted and that the money has not arrived.
    pub(super) fn process(&mut self, reference: &str, now: Timestamp) -> Result<(), ControlError> {
        let Some(order) = self.orders.of(reference, &self.ledger, now).next() else {
            return Err(ControlError::UnknownOrder(reference.to_owned()));
        };
        match order.status(&self.ledger) {
            Status::Open => order.acted = true,
            status => return Err(ControlError::WrongState(status.word())),
        }
        let id = order.id.clone();
        self.announce_order(&id, None, now);
        Ok(())
    }

    /// Makes the payment failed, as if the buyer's bank had refused.
    pub(super) fn fail(&mut self, reference: &str, now: Timestamp) -> Result<(), ControlError> {
        self.end_unpaid(reference, End::Failed, now)
    }

    /// Cancels the payment as the buyer would.
    pub(super) fn cancel(&mut self, reference: &str, now: Timestamp) -> Result<(), ControlError> {
        self.end_unpaid(reference, End::Cancelled, now)
    }

    /// Returns the address to which a buyer's browser returns, and the state of the payment.
    pub(super) fn return_of(
        &mut self,
        reference: &str,
        now: Timestamp,
    ) -> Option<(String, &'static str)> {
        let order = self.orders.of(reference, &self.ledger, now).next()?;
        Some((order.terms.return_url.clone()?, order.status(&self.ledger).word()))
    }

    /// Returns the gateway's name of the payment whose code is in a memo, if there is exactly one.
    pub(super) fn payment_in_memo(&self, memo: &str) -> Option<String> {
        match self.codes.find(&Memo::new(memo)) {
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
        let Some(order) = self.orders.of(reference, &self.ledger, now).next() else { return };
        order.end = Some(end);
        let id = order.id.clone();
        self.announce_order(&id, None, now);
    }

    /// Queues a notification of an order with the type `word`, or with that of its state.
    fn announce_order(&mut self, id: &str, word: Option<&str>, now: Timestamp) {
        let Some(order) = self.orders.named(id, &self.ledger, now) else { return };
        let to = order.notify_url.clone();
        let shown = order.shown(&self.ledger);
        let kind = format!("payment.{}", word.unwrap_or(&shown.status));
        self.announce(&kind, &shown, to, now);
    }

    fn status_of(&mut self, reference: &str, now: Timestamp) -> Option<Status> {
        let order = self.orders.of(reference, &self.ledger, now).next()?;
        Some(order.status(&self.ledger))
    }
}
