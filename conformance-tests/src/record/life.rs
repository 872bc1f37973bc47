//! The life of one payment, virtual account or payout, and the observations of it.

use std::panic::Location;

use payments_core::{Timestamp, money::Money, notification::Event, transport::CallClass};

use crate::{
    Booking, Flaw, Operation, ReceivedFields,
    operations::{Answer, Outcome, PreparedCall, Reported},
    recording_transport::Note,
    step::Step,
};

use super::Delivered;

/// One payment, virtual account or payout, from its opening on.
#[derive(Debug)]
pub(crate) struct Life {
    /// What it is about.
    pub(crate) about: About,
    /// The call that opened it.
    pub(crate) call: PreparedCall,
    /// What the role's own check says of that call; refused by it, it was never opened.
    pub(crate) allowed: payments_core::Result<()>,
    /// Which of the actions that a payment shows the buyer follows.
    pub(crate) action: usize,
    /// What is to be paid.
    pub(crate) asked: Money,
    /// The balance before it, if the provider can be asked.
    pub(crate) before: Option<Money>,
    /// The opening, and what came behind it if it was accepted.
    pub(crate) steps: Vec<Seen>,
}

/// Why something is opened.
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

/// What was seen after a step.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) step: Step,
    /// When it was.
    pub(crate) at: Timestamp,
    /// Whether the gateway let it happen.
    pub(crate) is_done: bool,
    /// What an instruction returned.
    pub(crate) outcome: Option<Outcome>,
    /// The calls that the provider made in this step.
    pub(crate) notes: Vec<Note>,
    /// What has arrived at the gateway of the instruction.
    pub(crate) received: ReceivedFields,
    /// What the gateway booked in this step.
    pub(crate) bookings: Vec<Booking>,
    pub(crate) deliveries: Vec<Delivered>,
    /// What an inquiry found; `None` if none was made.
    pub(crate) found: Option<payments_core::Result<Answer>>,
    /// The list of its credits; `None` if none was asked for.
    pub(crate) credits: Option<payments_core::Result<Answer>>,
    /// The balance to send from; `None` if it was not asked for.
    pub(crate) balance: Option<Money>,
}

impl Life {
    pub(crate) fn operation(&self) -> Operation {
        self.call.operation
    }

    /// What the provider returned of the opening, if it was accepted.
    pub(crate) fn opened(&self) -> Option<&Reported> {
        self.opening().and_then(Outcome::reported)
    }

    /// Its steps, each beside the life.
    pub(crate) fn each_step(&self) -> impl Iterator<Item = (&Self, &Seen)> {
        self.steps.iter().map(move |seen| (self, seen))
    }

    /// What was paid by and by.
    pub(crate) fn paid(&self) -> Vec<Money> {
        let done = self.steps.iter().filter(|seen| seen.is_done);
        done.filter_map(|seen| self.amount(seen)).collect()
    }

    /// Whether something is paid in a step.
    pub(crate) fn is_paid_in(&self, seen: &Seen) -> bool {
        seen.is_done && self.amount(seen).is_some()
    }

    /// What is paid in a step.
    pub(crate) fn amount(&self, seen: &Seen) -> Option<Money> {
        match seen.step {
            Step::Pay(more) => {
                Some(Money::from_minor(self.asked.minor() + more, self.asked.currency()))
            }
            _ => None,
        }
    }

    /// The steps until something is paid or ends.
    pub(crate) fn unpaid(&self) -> impl Iterator<Item = &Seen> {
        let is_open = |seen: &&Seen| match seen.step {
            Step::Do(operation) => operation == self.operation(),
            Step::Visit => true,
            _ => false,
        };
        self.steps.iter().take_while(is_open)
    }

    /// The step in which it was paid in time for the first time.
    pub(crate) fn first_paid(&self) -> Option<&Seen> {
        let in_time = self.steps.iter().take_while(|seen| seen.step != Step::PastEnd);
        in_time.filter(|seen| seen.is_done).find(|seen| matches!(seen.step, Step::Pay(_)))
    }

    /// Everything that was delivered about it, as an app believes it.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.steps.iter().flat_map(|seen| &seen.deliveries).flat_map(Delivered::believed)
    }

    /// Everything that the gateway booked.
    pub(crate) fn bookings(&self) -> impl Iterator<Item = &Booking> {
        self.steps.iter().flat_map(|seen| &seen.bookings)
    }

    /// What the opening returned.
    pub(crate) fn opening(&self) -> Option<&Outcome> {
        self.steps.first().and_then(|seen| seen.outcome.as_ref())
    }

    /// Nothing if it is so, or else a flaw of this life.
    pub(crate) fn unless(
        &self,
        is_so: bool,
        expected: impl Into<String>,
        found: impl std::fmt::Display,
    ) -> Result<(), Flaw> {
        if is_so { Ok(()) } else { Err(self.flaw(expected, found)) }
    }

    /// A flaw of this life, with where its opening left the provider.
    pub(crate) fn flaw(&self, expected: impl Into<String>, found: impl std::fmt::Display) -> Flaw {
        let line = self.steps.first().and_then(|seen| seen.line());
        Flaw::new(expected, found).in_call(self.operation()).sent_at(line)
    }
}

impl Seen {
    /// A step that was made, of which nothing else is seen yet.
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

    /// Everything that was reported of it, with the operation that reported it.
    pub(crate) fn reported(&self) -> impl Iterator<Item = &Reported> {
        let returned = self.outcome.as_ref().and_then(Outcome::reported);
        returned.into_iter().chain(self.found())
    }

    /// Everything that an inquiry found.
    pub(crate) fn found(&self) -> &[Reported] {
        match &self.found {
            Some(Ok(answer)) => answer.all(),
            _ => &[],
        }
    }

    /// The provider's own line that sent the instruction, or else asked.
    pub(crate) fn line(&self) -> Option<&'static Location<'static>> {
        let instruction = self.notes.iter().find(|note| note.class == CallClass::Instruction);
        instruction.or(self.notes.last()).map(|note| note.made_at)
    }
}
