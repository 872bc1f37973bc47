//! An order, and what it learns about its money. No clock and no network: everything is handed in.

use std::time::Duration;

use payments::{
    Lookup, Movement, OrderRef, ProviderId, Timestamp,
    money::{Money, MoneyError},
    payment::{Funding, NextAction, Payment, PaymentState},
    step::Step,
};

use crate::{Item, arrived::Arrived};

/// What a buyer ordered, and what became of the money for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Order {
    /// The shop's own name for it.
    pub reference: OrderRef,
    /// What was ordered.
    pub item: &'static Item,
    /// The shop's own figure: what every payment and every credit is compared with.
    pub asked: Money,
    /// Until when money is expected. Money after it is noted and never dropped.
    pub pay_by: Timestamp,
    /// Who opened the payment, or was asked to.
    pub gateway: Option<ProviderId>,
    /// What became of opening it.
    pub opening: Opening,
    /// What the gateway says of it.
    pub payment: PaymentState,
    /// When the money was there in full. This, and nothing else, hands the goods over.
    pub paid_at: Option<Timestamp>,
    /// What a person should look at.
    pub notes: Vec<Note>,
    arrived: Arrived,
    inquired_at: Option<Timestamp>,
}

/// What became of opening a payment.
#[derive(Clone, Debug)]
pub enum Opening {
    /// The order is written down; the gateway's answer is not here yet.
    Prepared,
    /// The gateway has it; the buyer's next step is one of these, the gateway's favourite first.
    Accepted(Vec<NextAction>),
    /// Nothing happened, or the gateway refused and that is certain. A new order may be tried.
    Refused,
    /// It may or may not be open: ask, and ask nobody else to open it.
    Uncertain,
}

/// What a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// More arrived than was asked: give it back.
    Over {
        /// What is too much.
        excess: Money,
    },
    /// Money arrived after the time for it: is there still stock?
    Late,
    /// Money arrived again for an order that was paid.
    Repeated {
        /// How much.
        amount: Money,
    },
    /// Money in another currency: it was not counted.
    NotCounted,
    /// The money went back.
    Refunded,
    /// EventData contradicts what was known.
    Conflict {
        /// What was known.
        known: PaymentState,
        /// What the news says.
        seen: PaymentState,
    },
    /// A delivery claimed what the gateway does not confirm.
    Contradicted,
    /// The gateway took the money for this order more than once.
    SettledTwice,
}

impl Order {
    /// An order that nobody was asked to open yet.
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

    /// How what arrived compares with what was asked.
    pub fn funding(&self) -> Funding {
        // Money in another currency is never counted, so that the two always compare.
        Funding::of(self.asked, self.arrived.amount()).unwrap_or(Funding::Nothing)
    }

    /// Whether the gateway may still have news that decides something.
    pub fn is_waiting(&self) -> bool {
        self.paid_at.is_none()
            && self.gateway.is_some()
            && !matches!(self.opening, Opening::Refused)
    }

    /// Takes in what the gateway says about the payment.
    pub fn hear_payment(&mut self, payment: &Payment, now: Timestamp) {
        let step = self.payment.step(payment.state);
        if let Step::Conflict { known, seen } = step {
            self.note(Note::Conflict { known, seen });
        }
        self.payment = step.after(self.payment);
        if matches!(self.opening, Opening::Prepared | Opening::Uncertain)
            && !payment.next.is_empty()
        {
            // It was opened after all: the buyer can go on.
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

    /// Takes in money that arrived with this order's code in its memo.
    pub fn hear_credit(&mut self, credit: &Movement, now: Timestamp) {
        self.count(|arrived| arrived.count_credit(credit));
        self.weigh(credit.at.unwrap_or(now));
    }

    /// Takes in the answer to an inquiry.
    pub fn hear_lookup(&mut self, lookup: &Lookup<Payment>, now: Timestamp) {
        match lookup {
            Lookup::Found(payment) => self.hear_payment(payment, now),
            Lookup::Several(payments) => {
                let settled: Vec<_> = payments
                    .iter()
                    .filter(|payment| payment.state == PaymentState::Settled)
                    .collect();
                if settled.len() > 1 {
                    self.note(Note::SettledTwice);
                }
                for payment in settled {
                    self.hear_payment(payment, now);
                }
            }
            // Also a conclusive absence ends nothing here: the buyer may pay in a minute.
            Lookup::Absent(_) => {}
        }
    }

    /// Notes something once.
    pub fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            tracing::warn!(order = %self.reference, ?note, "a person should look");
            self.notes.push(note);
        }
    }

    /// Whether the gateway may be asked again, and remembers that it is.
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
