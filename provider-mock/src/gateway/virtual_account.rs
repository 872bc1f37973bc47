//! Virtual accounts, which can be opened, credited with any amount at any time, closed and
//! reopened.

use payments_core::{
    Timestamp,
    money::{Currency, Money},
    rules::check_amount,
    virtual_account::Uses,
};

use super::{
    Booking, BookingKind, ControlError,
    books::Books,
    ledger::{Entry, Ledger, Of},
    next_step::vietqr,
    refused::Refused,
};
use crate::{
    rules,
    wire::{self, CREDIT_RECEIVED, Operation, RefusalCode},
};

/// A virtual account in the gateway's state. The amount that arrived is only in the ledger.
#[derive(Debug)]
pub(super) struct VirtualAccount {
    id: String,
    terms: wire::OpenAccount,
    currency: Currency,
    number: String,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// The amount asked arrived while the account was open.
    Paid,
    Closed,
}

/// # What the merchant's program asks for
impl Books {
    pub(super) fn open_account(
        &mut self,
        asked: wire::OpenAccount,
        now: Timestamp,
    ) -> Result<wire::VirtualAccount, Refused> {
        if let Some(known) = self.virtual_account(asked.order.as_str()) {
            let same = (known.terms.amount, known.terms.uses) == (asked.amount, asked.uses)
                && asked.account.as_ref().is_none_or(|id| known.terms.account.as_ref() == Some(id));
            return if same {
                self.show_account(asked.order.as_str(), now)
            } else {
                Err(Refused::used(asked.order.as_str()))
            };
        }
        rules::REFERENCE.check("order", asked.order.as_str())?;
        check_texts(&asked.holder, asked.remark.as_deref())?;
        check_end(asked.expires_at, now)?;
        if let Some(amount) = asked.amount {
            check_amount(&rules::limits(), amount)?;
        }
        let own = match &asked.account {
            Some(id) => self.ledger.accounts().iter().find(|own| own.id == *id),
            None => {
                let currency = asked.amount.map_or(Currency::VND, |amount| amount.currency());
                self.ledger.account_in(currency)
            }
        };
        let Some(own) = own else {
            return Err(Refused::invalid("account", "is not one of the merchant's"));
        };
        let currency = own.balance.currency();
        if asked.amount.is_some_and(|amount| amount.currency() != currency) {
            return Err(Refused::invalid("amount", "is not in the currency of the account"));
        }
        let terms = wire::OpenAccount { account: Some(own.id.clone()), ..asked };
        let reference = terms.order.clone();
        self.virtual_accounts.push(VirtualAccount {
            id: self.ids.name("va"),
            terms,
            currency,
            number: self.ids.account_number(),
            stage: Stage::Open,
        });
        self.carried_out(Operation::OpenVirtualAccount, reference.as_str());
        self.show_account(reference.as_str(), now)
    }

    pub(super) fn show_account(
        &self,
        reference: &str,
        now: Timestamp,
    ) -> Result<wire::VirtualAccount, Refused> {
        self.virtual_accounts
            .iter()
            .find(|known| known.terms.order.as_str() == reference)
            .and_then(|known| known.shown(&self.ledger, now))
            .ok_or_else(|| Refused::unknown("virtual account for", reference))
    }

    pub(super) fn change_account(
        &mut self,
        reference: &str,
        change: wire::ChangeAccount,
        now: Timestamp,
    ) -> Result<wire::VirtualAccount, Refused> {
        check_texts(&change.holder, change.remark.as_deref())?;
        if let Some(account) = self.virtual_account(reference) {
            account.terms.holder = change.holder;
            account.terms.remark = change.remark.or(account.terms.remark.take());
            self.carried_out(Operation::UpdateVirtualAccount, reference);
        }
        self.show_account(reference, now)
    }

    pub(super) fn close_account(
        &mut self,
        reference: &str,
        now: Timestamp,
    ) -> Result<wire::VirtualAccount, Refused> {
        if let Some(account) = self.virtual_account(reference)
            && account.stage != Stage::Closed
        {
            account.stage = Stage::Closed;
            self.carried_out(Operation::CloseVirtualAccount, reference);
        }
        self.show_account(reference, now)
    }

    pub(super) fn reopen_account(
        &mut self,
        reference: &str,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<wire::VirtualAccount, Refused> {
        check_end(until, now)?;
        let received = self.show_account(reference, now)?.received;
        if let Some(account) = self.virtual_account(reference) {
            if account.is_filled_by(received) {
                return Err(Refused::new(
                    RefusalCode::WrongState,
                    "a virtual account for one transfer that was made cannot be opened again",
                ));
            }
            let was_closed = account.stage == Stage::Closed;
            account.stage = Stage::Open;
            account.terms.expires_at = until;
            if was_closed {
                self.carried_out(Operation::ReopenVirtualAccount, reference);
            }
        }
        self.show_account(reference, now)
    }

    pub(super) fn account_credits(
        &self,
        reference: &str,
        now: Timestamp,
    ) -> Result<wire::Credits, Refused> {
        let order = self.show_account(reference, now)?.order;
        let credits = self.ledger.movements(BookingKind::AccountCredit, Of::Order(&order));
        Ok(wire::Credits { order, credits })
    }
}

/// # What payers do
impl Books {
    /// Books money on an account number: any amount, at any time, any number of times.
    pub(super) fn credit(
        &mut self,
        number: &str,
        amount: Money,
        now: Timestamp,
    ) -> Result<Booking, ControlError> {
        let Some(account) = self.virtual_accounts.iter().find(|known| known.number == number)
        else {
            // The account number belongs to an order, which this transfer pays.
            return match self.orders.named_by(number) {
                Some(payment) => self.pay_for(&payment, amount, None, now),
                None => Err(ControlError::UnknownAccount(number.to_owned())),
            };
        };
        if !amount.is_positive() || amount.currency() != account.currency {
            return Err(ControlError::ImpossibleAmount(amount));
        }
        let order = account.terms.order.clone();
        let late = account.stage == Stage::Closed || account.is_past(now);
        let in_time = account.stage == Stage::Open && !late;
        let of = Of::Order(&order);
        let paid = self.ledger.all(BookingKind::AccountCredit, of).next().is_some();
        if !self.payers.can(amount, account.terms.amount, paid, late) {
            return Err(ControlError::ImpossibleAmount(amount));
        }
        let booking = self
            .ledger
            .book(Entry {
                kind: BookingKind::AccountCredit,
                reference: Some(order.as_str()),
                order: Some(&order),
                payment: None,
                amount,
                account: Some(number),
                other_side: None,
                memo: None,
                code: None,
                transaction: self.ids.name("txn"),
                at: now,
            })
            .map_err(|_| ControlError::ImpossibleAmount(amount))?;
        let received =
            self.ledger.total(BookingKind::AccountCredit, Of::Order(&order), amount.currency());
        if let Some(account) = self.virtual_account(order.as_str())
            && in_time
            && account.is_filled_by(received)
        {
            account.stage = Stage::Paid;
        }
        self.announce_credit(&booking, now);
        Ok(booking)
    }

    /// Books money on the merchant's own account. A memo with the payment code of one order pays
    /// that order; any other credit is unmatched.
    pub(super) fn deposit(
        &mut self,
        amount: Money,
        memo: &str,
        now: Timestamp,
    ) -> Result<Booking, ControlError> {
        if let Some(payment) = self.payment_in_memo(memo) {
            return self.pay_for(&payment, amount, Some(memo), now);
        }
        if !amount.is_positive() {
            return Err(ControlError::ImpossibleAmount(amount));
        }
        let booking = self
            .ledger
            .book(Entry {
                kind: BookingKind::UnmatchedCredit,
                reference: None,
                order: None,
                payment: None,
                amount,
                account: None,
                other_side: None,
                memo: Some(memo),
                code: None,
                transaction: self.ids.name("txn"),
                at: now,
            })
            .map_err(|_| ControlError::ImpossibleAmount(amount))?;
        self.announce_credit(&booking, now);
        Ok(booking)
    }

    /// Returns the current state of every virtual account.
    #[cfg(feature = "simulator")]
    pub(super) fn shown_accounts(&self, now: Timestamp) -> Vec<wire::VirtualAccount> {
        self.virtual_accounts
            .iter()
            .filter_map(|account| account.shown(&self.ledger, now))
            .collect()
    }

    fn announce_credit(&mut self, booking: &Booking, now: Timestamp) {
        if let Some(movement) = self.ledger.movement(booking) {
            self.announce(CREDIT_RECEIVED, &movement, None, now);
        }
    }

    fn virtual_account(&mut self, reference: &str) -> Option<&mut VirtualAccount> {
        self.virtual_accounts.iter_mut().find(|known| known.terms.order.as_str() == reference)
    }
}

impl VirtualAccount {
    fn is_past(&self, now: Timestamp) -> bool {
        self.terms.expires_at.is_some_and(|end| end < now)
    }

    /// Returns `true` if this total completes an account for one transfer. An account for several
    /// transfers is never complete.
    fn is_filled_by(&self, received: Money) -> bool {
        let asked = self.terms.amount.map_or(1, |amount| amount.minor());
        self.terms.uses == Uses::Once && received.minor() >= asked
    }

    fn status(&self, received: Money, now: Timestamp) -> &'static str {
        match self.stage {
            Stage::Closed => "closed",
            Stage::Paid => "paid",
            Stage::Open if self.is_past(now) => "expired",
            Stage::Open if self.terms.uses == Uses::Once && received.is_positive() => "partly_paid",
            Stage::Open => "open",
        }
    }

    fn shown(&self, ledger: &Ledger, now: Timestamp) -> Option<wire::VirtualAccount> {
        let terms = &self.terms;
        let own = ledger.account_in(self.currency)?;
        let received =
            ledger.total(BookingKind::AccountCredit, Of::Order(&terms.order), self.currency);
        Some(wire::VirtualAccount {
            id: self.id.clone(),
            order: terms.order.clone(),
            status: self.status(received, now).to_owned(),
            amount: terms.amount,
            received,
            account: own.id.clone(),
            bank: own.bank,
            number: self.number.clone(),
            holder: terms.holder.clone(),
            remark: terms.remark.clone(),
            expires_at: terms.expires_at,
            vietqr: vietqr(own, &self.number, terms.amount, None),
        })
    }
}

fn check_texts(holder: &str, remark: Option<&str>) -> Result<(), Refused> {
    rules::HOLDER.check("holder", holder)?;
    Ok(rules::TEXT.check("remark", remark.unwrap_or_default())?)
}

fn check_end(end: Option<Timestamp>, now: Timestamp) -> Result<(), Refused> {
    match end {
        Some(end) if end <= now => Err(Refused::invalid("expires_at", "is past")),
        Some(end) if end.since(now) > rules::LONGEST => {
            Err(Refused::invalid("expires_at", "is more than a year away"))
        }
        _ => Ok(()),
    }
}
