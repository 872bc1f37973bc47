//! An instruction with the requests that it is carried out with.

use payments_core::{Provider, Result, money::Money, transport::CallClass};

use crate::{Flaw, Operation, Subject, fixture::Fixture, requests::Requests};

use super::{Call, Found, Outcome, Row, Steps, prepare, rules};

/// An instruction that can be carried out now.
#[derive(Clone)]
pub(crate) struct Instruction {
    row: &'static Row,
    steps: &'static Steps,
    pub(crate) requests: Box<Requests>,
}

impl Instruction {
    /// Prepares `operation` at the gateway, under the reference with this number.
    pub(crate) async fn ready(
        fixture: &Fixture,
        operation: Operation,
        number: u32,
    ) -> Result<Self, Flaw> {
        let reference = fixture.subject.gateway.reference(number);
        let mut instruction = Self::about(&fixture.subject, operation, &reference)?;
        prepare::prepare(fixture, instruction.row.needs, &mut instruction.requests).await?;
        Ok(instruction)
    }

    /// The same under this reference, with nothing prepared.
    pub(crate) fn about(
        subject: &Subject,
        operation: Operation,
        reference: &str,
    ) -> Result<Self, Flaw> {
        Self::with(operation, prepare::requests(subject, reference)?)
    }

    /// The same with these requests.
    pub(crate) fn with(operation: Operation, requests: Requests) -> Result<Self, Flaw> {
        let row = operation.row();
        match &row.call {
            Call::Instruction(steps) => Ok(Self { row, steps, requests: Box::new(requests) }),
            _ => Err(Flaw::new("an instruction", operation)),
        }
    }

    pub(crate) fn operation(&self) -> Operation {
        self.row.operation
    }

    /// What it is about.
    pub(crate) fn subject(&self) -> payments_core::transport::Subject {
        (self.steps.subject)(&self.requests)
    }

    /// The reference under which the gateway's books have it.
    pub(crate) fn reference(&self) -> String {
        self.subject().reference().to_owned()
    }

    /// What the role's own check says of it, which a router asks first.
    pub(crate) fn check(&self, provider: &Provider) -> Result<()> {
        (self.steps.check)(provider, &self.requests)
    }

    /// Carries it out once.
    pub(crate) async fn carry_out(&self, provider: &Provider) -> Outcome {
        Outcome::of((self.steps.carry_out)(provider, &self.requests).await)
    }

    /// Carries it out once, where nothing prevents that it is accepted as asked.
    pub(crate) async fn succeed(&self, fixture: &Fixture) -> Result<(), Flaw> {
        let mark = fixture.mark();
        let outcome = self.carry_out(&fixture.provider).await;
        outcome.accepted().map_err(|flaw| {
            flaw.in_call(self.operation()).sent_at(fixture.line(mark, CallClass::Instruction))
        })
    }

    /// How often the gateway has carried it out so far, by its own books.
    pub(crate) async fn done(&self, fixture: &Fixture) -> usize {
        let gateway = &fixture.subject.gateway;
        gateway.carried_out(self.operation(), self.subject().reference()).await
    }

    /// Asks what became of it; `None` if the provider has no such inquiry.
    pub(crate) async fn ask(&self, provider: &Provider) -> Option<Found> {
        (self.steps.find)(provider, &self.requests).await
    }

    /// The same with an amount that the capabilities do not allow, if it has an amount.
    pub(crate) fn beyond_the_limits(&self, provider: &Provider) -> Option<Self> {
        let limit = rules(provider, self.row.role)?.1.first()?;
        let (min, currency) = (limit.min.minor(), limit.min.currency());
        let max = limit.max.map(|max| max.minor().saturating_add(1));
        let beyond = max.or((min > 1).then_some(min - 1))?;
        self.with_amount(Money::from_minor(beyond, currency))
    }

    /// The same without a field that the capabilities require, if they require one.
    pub(crate) fn without_a_required_field(&self, provider: &Provider) -> Option<Self> {
        let mut other = self.clone();
        let requests = &mut other.requests;
        match self.operation() {
            Operation::CreatePayment => {
                let required = &provider.payments().ok()?.capabilities().required;
                required.first()?.take_from(&mut requests.payment);
            }
            Operation::CreatePayout => {
                let required = &provider.payouts().ok()?.capabilities().required;
                required.first()?.take_from(&mut requests.payout);
            }
            _ => return None,
        }
        Some(other)
    }

    /// The same under the same reference with a larger amount, if it has one.
    pub(crate) fn with_another_amount(&self) -> Option<Self> {
        let amount = (self.steps.amount?.of)(&self.requests)?;
        let larger = amount.minor().saturating_add(1_000);
        self.with_amount(Money::from_minor(larger, amount.currency()))
    }

    /// The same with this amount, if it has one.
    pub(crate) fn with_amount(&self, amount: Money) -> Option<Self> {
        let set = self.steps.amount?.set;
        let mut other = self.clone();
        set(&mut other.requests, amount);
        Some(other)
    }
}
