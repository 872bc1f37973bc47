//! What a provider says it can do, it does; what it says it cannot, it refuses.

use payments_core::{Error, ErrorKind, Provider};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    instruction::{self, Instruction},
    law::Passed,
    outcome::Outcome,
    question::{self, Question},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let has = |operation: Operation| fixture.provider.roles().contains(&operation.role());
    for operation in Operation::INQUIRIES.into_iter().filter(|operation| has(*operation)) {
        if question::is_offered(&fixture.provider, operation) {
            asks(&fixture, operation).await?;
        } else {
            let question = Question::unfounded(&fixture.subject, operation)?;
            let (mark, answer) = (fixture.mark(), question.ask(&fixture.provider).await);
            refuses(&fixture, operation, mark, &question::told(&answer), answer.err().as_ref())?;
        }
    }
    for operation in Operation::INSTRUCTIONS.into_iter().filter(|operation| has(*operation)) {
        let is_offered = instruction::is_offered(&fixture.provider, operation);
        if is_offered || operation == Operation::CreatePayment {
            continue;
        }
        let instruction = Instruction::unfounded(&fixture, operation)?;
        let (mark, outcome) = (fixture.mark(), instruction.carry_out(&fixture.provider).await);
        let kind = match &outcome {
            Outcome::Error { kind, .. } => Some(Error::new(*kind, "")),
            _ => None,
        };
        refuses(&fixture, operation, mark, &outcome.to_string(), kind.as_ref())?;
    }
    offers_something(&fixture.provider)?;
    Ok(Passed::Tested)
}

/// A provider with a role that does nothing has not that role.
fn offers_something(provider: &Provider) -> Result<(), Flaw> {
    match provider.payments() {
        Ok(role) if role.capabilities().limits.is_empty() => {
            Err(Flaw::new("the amounts of one currency at least", "`limits` is empty")
                .in_call(Operation::CreatePayment))
        }
        _ => Ok(()),
    }
}

async fn asks(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let question = Question::ready(fixture, operation, number(operation)).await?;
    let mark = fixture.mark();
    // A fresh provider has nothing in its caches.
    question.answer(&fixture.provider).await?;
    match fixture.since(mark).len() {
        0 => Err(Flaw::new("a request to the gateway", "none was sent").in_call(operation)),
        _ => Ok(()),
    }
}

fn refuses(
    fixture: &Fixture,
    operation: Operation,
    mark: usize,
    told: &str,
    error: Option<&Error>,
) -> Result<(), Flaw> {
    if let Some(note) = fixture.since(mark).first() {
        return Err(Flaw::new("nothing sent, for it is not offered", "a request was sent")
            .in_call(operation)
            .sent_at(Some(note.made_at)));
    }
    match error.map(Error::kind) {
        Some(ErrorKind::Unsupported) => Ok(()),
        _ => Err(Flaw::new("Err(Unsupported)", told).in_call(operation)),
    }
}

/// A number of its own for each, so that none finds what another made.
fn number(operation: Operation) -> u32 {
    100 + operation as u32
}
