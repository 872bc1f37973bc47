//! The life of one payment, virtual account or payout, and the observations of it.

use std::panic::Location;

use payments_core::{Timestamp, money::Money, notification::Event};
use provider_kit::transport::CallClass;

use crate::{
    Booking, Flaw, Operation, ReceivedFields,
    operations::{Answer, Outcome, PreparedCall, Reported},
    recording_transport::{Note, line},
    step::Step,
};

use super::Delivered;

/// One payment, virtual account or payout, from its opening to its end.
#[derive(Debug)]
pub(crate) struct Life {
    /// The purpose of the life.
    pub(crate) about: About,
    /// The call that opened it.
    pub(crate) call: PreparedCall,
    /// The result of the role's own check of that call. If the check refused it, it was never
    /// opened.
    pub(crate) allowed: payments_core::Result<()>,
    /// The index of the payment's next action that the buyer follows.
    pub(crate) action: usize,
    /// The amount to be paid.
    pub(crate) asked: Money,
    /// The balance before it, if the provider can report one.
    pub(crate) before: Option<Money>,
    /// The opening and, if it was accepted, the following steps.
    pub(crate) steps: Vec<Seen>,
}

/// The purpose for which something is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// To see the usual life.
    Usual,
    /// To test its reference, which the declared rules allow.
    Reference,
    /// To test its texts, which the declared rules allow.
    Texts,
    /// To test an address, a method or a use, which may be refused.
    Choice,
    /// To test a request at the limit of the declared rules.
    Edge,
    /// To test another order whose reference is almost the same.
    NearMiss,
    /// To test its beneficiary.
    Beneficiary,
}

/// The observations after a step.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) step: Step,
    /// The time of the step.
    pub(crate) at: Timestamp,
    /// Whether the gateway allowed the step.
    pub(crate) is_done: bool,
    /// The result of an instruction.
    pub(crate) outcome: Option<Outcome>,
    /// The calls that the provider made in this step.
    pub(crate) notes: Vec<Note>,
    /// The fields of the instruction that the gateway has received.
    pub(crate) received: ReceivedFields,
    /// The bookings of the gateway in this step.
    pub(crate) bookings: Vec<Booking>,
    pub(crate) deliveries: Vec<Delivered>,
    /// The result of an inquiry. `None` if none was made.
    pub(crate) found: Option<payments_core::Result<Answer>>,
    /// The list of its credits. `None` if it was not requested.
    pub(crate) credits: Option<payments_core::Result<Answer>>,
    /// The balance available for payouts. `None` if it was not requested.
    pub(crate) balance: Option<Money>,
}

impl Life {
    pub(crate) fn operation(&self) -> Operation {
        self.call.operation
    }

    /// Returns the object that was opened, if the opening was accepted.
    pub(crate) fn opened(&self) -> Option<&Reported> {
        self.opening().and_then(Outcome::reported)
    }

    /// Returns its steps, each together with the life.
    pub(crate) fn each_step(&self) -> impl Iterator<Item = (&Self, &Seen)> {
        self.steps.iter().map(move |seen| (self, seen))
    }

    /// Returns the amounts that were paid, in order.
    pub(crate) fn paid(&self) -> Vec<Money> {
        let done = self.steps.iter().filter(|seen| seen.is_done);
        done.filter_map(|seen| self.amount(seen)).collect()
    }

    /// Returns `true` if something is paid in a step.
    pub(crate) fn is_paid_in(&self, seen: &Seen) -> bool {
        seen.is_done && self.amount(seen).is_some()
    }

    /// Returns the amount that is paid in a step.
    pub(crate) fn amount(&self, seen: &Seen) -> Option<Money> {
        match seen.step {
            Step::Pay(more) => {
                Some(Money::from_minor(self.asked.minor() + more, self.asked.currency()))
            }
            _ => None,
        }
    }

    /// Returns the steps before something is paid or ends.
    pub(crate) fn unpaid(&self) -> impl Iterator<Item = &Seen> {
        let is_open = |seen: &&Seen| match seen.step {
            Step::Do(operation) => operation == self.operation(),
            Step::Visit => true,
            _ => false,
        };
        self.steps.iter().take_while(is_open)
    }

    /// Returns the step in which it was first paid in time.
    pub(crate) fn first_paid(&self) -> Option<&Seen> {
        let in_time = self.steps.iter().take_while(|seen| seen.step != Step::PastEnd);
        in_time.filter(|seen| seen.is_done).find(|seen| matches!(seen.step, Step::Pay(_)))
    }

    /// Returns the events of all deliveries about it, as an app would accept them.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.steps.iter().flat_map(|seen| &seen.deliveries).flat_map(Delivered::believed)
    }

    /// Returns all of the gateway's bookings for it.
    pub(crate) fn bookings(&self) -> impl Iterator<Item = &Booking> {
        self.steps.iter().flat_map(|seen| &seen.bookings)
    }

    /// Returns the result of the opening.
    pub(crate) fn opening(&self) -> Option<&Outcome> {
        self.steps.first().and_then(|seen| seen.outcome.as_ref())
    }

    /// Returns `Ok` if `is_so` is `true`, and otherwise a flaw of this life.
    pub(crate) fn unless(
        &self,
        is_so: bool,
        expected: impl Into<String>,
        found: impl std::fmt::Display,
    ) -> Result<(), Flaw> {
        if is_so { Ok(()) } else { Err(self.flaw(expected, found)) }
    }

    /// Creates a flaw of this life, with the provider's line that sent the opening.
    pub(crate) fn flaw(&self, expected: impl Into<String>, found: impl std::fmt::Display) -> Flaw {
        let line = self.steps.first().and_then(|seen| seen.line());
        Flaw::new(expected, found).in_call(self.operation()).sent_at(line)
    }
}

impl Seen {
    /// Creates a step without any other observations yet.
    pub(super) fn of(step: Step, at: Timestamp, outcome: Option<Outcome>) -> Self {
        Self {
            step,
            at,
            is_done: true,
            outcome,
            notes: Vec::new(),
            received: ReceivedFields::new(),
            bookings: Vec::new(),
            deliveries: Vec::new(),
            found: None,
            credits: None,
            balance: None,
        }
    }

    /// Returns everything that was reported about it.
    pub(crate) fn reported(&self) -> impl Iterator<Item = &Reported> {
        let returned = self.outcome.as_ref().and_then(Outcome::reported);
        returned.into_iter().chain(self.found())
    }

    /// Returns everything that an inquiry found.
    pub(crate) fn found(&self) -> &[Reported] {
        match &self.found {
            Some(Ok(answer)) => answer.all(),
            _ => &[],
        }
    }

    /// Returns the provider's line that sent the instruction, or else the inquiry.
    pub(crate) fn line(&self) -> Option<&'static Location<'static>> {
        line(&self.notes, CallClass::Instruction)
    }
}
