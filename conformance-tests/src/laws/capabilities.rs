//! What a provider declares, it does; what it declares unsupported, it refuses.

use payments_core::{Error, ErrorKind, transport::CallClass};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Availability, Outcome, PreparedCall, answer_text},
};

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let has = |operation: &Operation| fixture.provider.roles().contains(&operation.role());
    for operation in Operation::inquiries().filter(has) {
        if operation.is_offered(&fixture.provider) {
            asks(&fixture, operation).await?;
        } else {
            refuses_inquiry(&fixture, operation).await?;
        }
    }
    for operation in Operation::instructions().filter(has) {
        if operation.availability(&fixture.provider) == Availability::Refused {
            refuses(&fixture, operation).await?;
        }
    }
    accepts_an_amount(&fixture)?;
    Ok(Passed::Tested)
}

/// A provider that accepts no amount at all has not the role of taking payments.
fn accepts_an_amount(fixture: &Fixture) -> Result<(), Flaw> {
    match fixture.provider.payments() {
        Ok(role) if role.capabilities().limits.is_empty() => {
            Err(Flaw::new("the amounts of one currency at least", "`limits` is empty")
                .in_call(Operation::CreatePayment))
        }
        _ => Ok(()),
    }
}

async fn asks(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    // A number of its own for each, so that none finds what another made.
    let inquiry = PreparedCall::ready(fixture, operation, 100 + operation as u32).await?;
    let mark = fixture.mark();
    // A fresh provider has nothing in its caches.
    inquiry.answer(&fixture.provider).await?;
    match fixture.since(mark).len() {
        0 => Err(Flaw::new("a request to the gateway", "none was sent").in_call(operation)),
        _ => Ok(()),
    }
}

async fn refuses_inquiry(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let inquiry = PreparedCall::unfounded(&fixture.subject, operation)?;
    let (mark, answer) = (fixture.mark(), inquiry.ask(&fixture.provider).await);
    refused(fixture, operation, mark, &answer_text(&answer), answer.as_ref().err())
}

/// Checks that an instruction is refused as unsupported, with nothing sent.
pub(crate) async fn refuses(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let reference = fixture.subject.gateway.reference(1);
    let instruction = PreparedCall::about(&fixture.subject, operation, &reference)?;
    let (mark, outcome) = (fixture.mark(), instruction.carry_out(&fixture.provider).await);
    let error = match &outcome {
        Outcome::Error(error) => Some(error),
        _ => None,
    };
    refused(fixture, operation, mark, &outcome.to_string(), error)
}

fn refused(
    fixture: &Fixture,
    operation: Operation,
    mark: usize,
    found: &str,
    error: Option<&Error>,
) -> Result<(), Flaw> {
    if !fixture.since(mark).is_empty() {
        return Err(Flaw::new("nothing sent, for it is not offered", "a request was sent")
            .in_call(operation)
            .sent_at(fixture.line(mark, CallClass::Instruction)));
    }
    match error.map(Error::kind) {
        Some(ErrorKind::Unsupported) => Ok(()),
        _ => Err(Flaw::new("Err(Unsupported)", found).in_call(operation)),
    }
}
