//! The layers around a provider change nothing of what it returns.

use std::panic::Location;

use payments_core::{Provider, transport::CallClass};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Answer, Availability, Inquiry, Instruction},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let bare = Fixture::open(&start).await?;
    let layered = Fixture::open(&start).await?;
    let without = everything(&bare, &bare.bare).await?;
    let with = everything(&layered, &layered.provider).await?;
    for (without, with) in without.into_iter().zip(with) {
        if without.word != with.word {
            let expected = format!("with layers and without: {}", with.word);
            return Err(Flaw::new(expected, format!("without: {}", without.word))
                .in_call(without.operation)
                .sent_at(without.line.or(with.line)));
        }
    }
    Ok(Passed::Tested)
}

/// What a call returned in a word, and the line from which it asked the gateway.
struct Returned {
    operation: Operation,
    word: String,
    line: Option<&'static Location<'static>>,
}

/// What every call returns, of those that the provider offers and those that it does not.
async fn everything(fixture: &Fixture, provider: &Provider) -> Result<Vec<Returned>, Flaw> {
    let mut all = Vec::new();
    let mut note = |operation: Operation, word: String, mark: usize, class: CallClass| {
        all.push(Returned { operation, word, line: fixture.line(mark, class) });
    };
    let has = |operation: &Operation| provider.roles().contains(&operation.role());
    for operation in Operation::instructions().filter(has) {
        let instruction = match operation.availability(provider) {
            Availability::Refused => {
                let reference = fixture.subject.gateway.reference(1);
                Instruction::about(&fixture.subject, operation, &reference)?
            }
            _ => Instruction::ready(fixture, operation, 1 + operation as u32).await?,
        };
        let beyond = instruction.beyond_the_limits(provider);
        let incomplete = instruction.without_a_required_field(provider);
        for instruction in [Some(instruction), beyond, incomplete].into_iter().flatten() {
            let (mark, outcome) = (fixture.mark(), instruction.carry_out(provider).await);
            note(operation, outcome.kind(), mark, CallClass::Instruction);
        }
    }
    for operation in Operation::inquiries().filter(has) {
        let inquiry = if operation.is_offered(provider) {
            Inquiry::ready(fixture, operation, 100 + operation as u32).await?
        } else {
            Inquiry::unfounded(&fixture.subject, operation)?
        };
        let (mark, answer) = (fixture.mark(), inquiry.ask(provider).await);
        let word = match &answer {
            Ok(Answer::Found { state, .. }) => format!("Ok: {state:?}"),
            Ok(Answer::Absent(absence)) => format!("Ok: {absence:?}"),
            Err(error) => format!("Err({:?})", error.kind()),
        };
        note(operation, word, mark, CallClass::Inquiry);
    }
    Ok(all)
}
