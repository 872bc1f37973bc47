//! A provider has the roles that the suite names. It does what it declares as supported, and refuses
//! what it declares as unsupported.

use payments_core::ErrorKind;
use provider_kit::transport::CallClass;

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    flaw::{InFlaw as _, error_text},
    law::Passed,
    operations::{Availability, PreparedCall},
};

pub(super) async fn roles(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let (named, there) = (fixture.subject.roles(), fixture.provider.roles());
    Flaw::unless_equal(named, there)?;
    Ok(Passed::Tested)
}

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let has = |operation: &Operation| fixture.provider.roles().contains(&operation.role());
    for operation in Operation::inquiries().chain(Operation::instructions()).filter(has) {
        match operation.availability(&fixture.provider) {
            Availability::Refused => refuses(&fixture, operation).await,
            Availability::Networked if !operation.is_instruction() => {
                asks(&fixture, operation).await
            }
            _ => Ok(()),
        }
        .in_call(operation)?;
    }
    // A provider that accepts no amount does not have the role of payments.
    let limits = fixture.provider.payments().map(|role| &role.capabilities().limits);
    let has_limits = limits.map_or(true, |limits| !limits.is_empty());
    Flaw::unless(has_limits, "the amounts of one currency at least", "`limits` is empty")
        .in_call(Operation::CreatePayment)?;
    Ok(Passed::Tested)
}

async fn asks(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    // Each has its own number, so that none finds an object of another.
    let inquiry = PreparedCall::ready(fixture, operation, 100 + operation as u32).await?;
    let mark = fixture.mark();
    // A new provider has nothing in its caches.
    inquiry.answer(&fixture.provider).await?;
    Flaw::unless(fixture.mark() > mark, "a request to the gateway", "none was sent")
}

/// Checks that an operation is refused as unsupported, and that nothing is sent.
pub(crate) async fn refuses(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let call = PreparedCall::unfounded(&fixture.subject, operation)?;
    let mark = fixture.mark();
    let made = call.attempt(&fixture.provider).await;
    let line = fixture.line(mark, CallClass::Instruction);
    let expected = "nothing sent, for it is not offered";
    Flaw::unless(fixture.mark() == mark, expected, "a request was sent").sent_at(line)?;
    let is_so = made.as_ref().is_err_and(|error| error.kind() == ErrorKind::Unsupported);
    Flaw::unless(is_so, "Err(Unsupported)", made.unwrap_or_else(|error| error_text(&error)))
}

/// Checks that an operation is carried out with nothing sent.
pub(crate) async fn is_offline(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let call = PreparedCall::ready(fixture, operation, 1).await?;
    let mark = fixture.mark();
    call.succeed(fixture).await?;
    let sent = fixture.since(mark).first().map(|note| note.made_at);
    Flaw::unless(sent.is_none(), "nothing sent", "a request").sent_at(sent)
}
