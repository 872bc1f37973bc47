//! An order, and the money for it. It uses no clock and no network: the caller passes everything
//! in.

use std::time::Duration;

use payments::{
    Lookup, Movement, OrderRef, ProviderId, Timestamp,
    money::{Money, MoneyError},
    payment::{Funding, NextAction, Payment, PaymentState},
    step::Step,
};

use crate::{Item, arrived::Arrived};

/// A buyer's order, and the state of the money for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Order {
    /// The shop's own reference.
    pub reference: OrderRef,
    /// The item.
    pub item: &'static Item,
    /// The shop's own amount, with which every payment and credit is compared.
    pub asked: Money,
    /// The time until which money is expected. Later money is noted and never dropped.
    pub pay_by: Timestamp,
    /// The provider that opened the payment, or was asked to.
    pub gateway: Option<ProviderId>,
    /// The outcome of opening the payment.
    pub opening: Opening,
    /// The state that the gateway reports.
    pub payment: PaymentState,
    /// When the money had arrived in full. Only this releases the goods.
    pub paid_at: Option<Timestamp>,
    /// Things that a person should look at.
    pub notes: Vec<Note>,
    arrived: Arrived,
    inquired_at: Option<Timestamp>,
}

/// The outcome of opening a payment.
#[derive(Clone, Debug)]
pub enum Opening {
    /// The order is stored; the gateway's response has not arrived yet.
    Prepared,
    /// The gateway has it; the buyer can take one of these next actions, the preferred one first.
    Accepted(Vec<NextAction>),
    /// Nothing happened, or the refusal is confirmed. A new order may be tried.
    Refused,
    /// The outcome is uncertain, or the refusal is not confirmed: ask about it, and never open it
    /// at another gateway.
    Uncertain,
}

/// Things that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// More arrived than was asked: refund the excess.
    Over {
        /// The excess.
        excess: Money,
    },
    /// Money arrived after the time for it: is there still stock?
    Late,
    /// Money arrived again for an order that was paid.
    Repeated {
        /// The amount.
        amount: Money,
    },
    /// Money in another currency: it was not counted.
    NotCounted,
    /// The money went back.
    Refunded,
    /// The gateway reports a state that contradicts the known one.
    Conflict {
        /// The known state.
        known: PaymentState,
        /// The reported state.
        seen: PaymentState,
    },
    /// A delivery claimed something that the gateway contradicts.
    Contradicted,
    /// The gateway took the money for this order more than once.
    SettledTwice,
}

impl Order {
    /// An order whose payment was not opened yet.
    pub fn new(reference: OrderRef, item: &'static Item, pay_by: Timestamp) -> Self {
        Self {
            reference,
            item,
            asked: item.price,
            pay_by,
            gateway: None,
            opening: Opening::Prepared,
            payment: PaymentState::Open,
            paid_at: None,
            notes: Vec::new(),
            arrived: Arrived::nothing(item.price.currency()),
            inquired_at: None,
        }
    }

    /// How the money that arrived compares with the amount asked.
    pub fn funding(&self) -> Funding {
        // Money in another currency is never counted, so that the two always compare.
        Funding::of(self.asked, self.arrived.amount()).unwrap_or(Funding::Nothing)
    }

    /// Whether the gateway may still report something decisive.
    pub fn is_waiting(&self) -> bool {
        self.paid_at.is_none()
            && self.gateway.is_some()
            && !matches!(self.opening, Opening::Refused)
    }

    /// Applies the payment as the gateway reports it.
    pub fn apply_payment(&mut self, payment: &Payment, now: Timestamp) {
        let step = self.payment.step(payment.state);
        if let Step::Conflict { known, seen } = step {
            self.note(Note::Conflict { known, seen });
        }
        self.payment = step.after(self.payment);
        if matches!(self.opening, Opening::Prepared | Opening::Uncertain)
            && !payment.next.is_empty()
        {
            // It was opened after all: the buyer can continue.
            self.opening = Opening::Accepted(payment.next.clone());
        }
        match payment.state {
            PaymentState::Settled => self.count(|arrived| arrived.count_payment(payment)),
            PaymentState::Refunded => self.note(Note::Refunded),
            _ => {}
        }
        if payment.settles(self.asked) {
            self.pay(now);
        }
        self.weigh(now);
    }

    /// Applies a credit that arrived with this order's code in its memo.
    pub fn apply_credit(&mut self, credit: &Movement, now: Timestamp) {
        self.count(|arrived| arrived.count_credit(credit));
        self.weigh(credit.at.unwrap_or(now));
    }

    /// Applies the response to an inquiry.
    pub fn apply_lookup(&mut self, lookup: &Lookup<Payment>, now: Timestamp) {
        match lookup {
            Lookup::Found(payment) => self.apply_payment(payment, now),
            Lookup::Several(payments) => {
                let settled: Vec<_> = payments
                    .iter()
                    .filter(|payment| payment.state == PaymentState::Settled)
                    .collect();
                if settled.len() > 1 {
                    self.note(Note::SettledTwice);
                }
                for payment in settled {
                    self.apply_payment(payment, now);
                }
            }
            // Even a conclusive absence ends nothing here: the buyer may pay in a minute.
            Lookup::Absent(_) => {}
        }
    }

    /// Adds a note once.
    pub fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            tracing::warn!(order = %self.reference, ?note, "a person should look");
            self.notes.push(note);
        }
    }

    /// Whether the gateway may be asked again now; if so, records the time.
    pub(crate) fn start_inquiry(&mut self, now: Timestamp, pause: Duration) -> bool {
        let due =
            self.is_waiting() && self.inquired_at.is_none_or(|before| now.since(before) >= pause);
        if due {
            self.inquired_at = Some(now);
        }
        due
    }

    fn count(&mut self, count: impl FnOnce(&mut Arrived) -> Result<(), MoneyError>) {
        let before = self.arrived.amount();
        if count(&mut self.arrived).is_err() {
            self.note(Note::NotCounted);
        }
        if let Ok(amount) = self.arrived.amount().checked_sub(before)
            && amount.is_positive()
            && self.paid_at.is_some()
        {
            self.note(Note::Repeated { amount });
        }
    }

    fn weigh(&mut self, at: Timestamp) {
        match self.funding() {
            Funding::Nothing | Funding::Short { .. } => {}
            Funding::Exact => self.pay(at),
            Funding::Over { excess } => {
                self.notes.retain(|note| !matches!(note, Note::Over { .. }));
                self.note(Note::Over { excess });
                self.pay(at);
            }
        }
    }

    fn pay(&mut self, at: Timestamp) {
        if self.paid_at.is_some() {
            return;
        }
        self.paid_at = Some(at);
        if at > self.pay_by {
            self.note(Note::Late);
        }
        tracing::info!(order = %self.reference, "paid");
    }
}

#[cfg(test)]
mod tests;
