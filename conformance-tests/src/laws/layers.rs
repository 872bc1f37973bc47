//! The layers around a provider change nothing of what it says.

use std::panic::Location;

use payments_core::Provider;

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    instruction::{self, Instruction},
    law::Passed,
    question::{self, Question},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let bare = Fixture::open(&start).await?;
    let layered = Fixture::open(&start).await?;
    let without = everything(&bare, &bare.bare).await?;
    let with = everything(&layered, &layered.provider).await?;
    for (without, with) in without.into_iter().zip(with) {
        if without.told != with.told {
            let expected = format!("with layers and without: {}", with.told);
            let found = format!("without: {}", without.told);
            return Err(Flaw::new(expected, found)
                .in_call(without.operation)
                .sent_at(without.line.or(with.line)));
        }
    }
    Ok(Passed::Tested)
}

/// What a provider says of one thing, and the line from which it asked the gateway for it.
struct Said {
    operation: Operation,
    told: String,
    line: Option<&'static Location<'static>>,
}

/// What a provider says of everything that it can and cannot do, in a word for each.
async fn everything(fixture: &Fixture, provider: &Provider) -> Result<Vec<Said>, Flaw> {
    let mut said = Vec::new();
    let mut note = |operation: Operation, told: String, mark: usize| {
        let line = fixture.since(mark).last().map(|note| note.made_at);
        said.push(Said { operation, told, line });
    };
    let has = |operation: Operation| provider.roles().contains(&operation.role());
    for operation in Operation::INSTRUCTIONS.into_iter().filter(|operation| has(*operation)) {
        let is_offered =
            instruction::is_offered(provider, operation) || operation == Operation::CreatePayment;
        let instruction = if is_offered {
            Instruction::ready(fixture, operation, 1 + operation as u32).await?
        } else {
            Instruction::unfounded(fixture, operation)?
        };
        let mark = fixture.mark();
        note(operation, instruction.carry_out(provider).await.kind(), mark);
        if let Some(wrong) = instruction.beyond_the_limits(provider) {
            let mark = fixture.mark();
            note(operation, wrong.carry_out(provider).await.kind(), mark);
        }
    }
    for operation in Operation::INQUIRIES.into_iter().filter(|operation| has(*operation)) {
        let question = if question::is_offered(provider, operation) {
            Question::ready(fixture, operation, 100 + operation as u32).await?
        } else {
            Question::unfounded(&fixture.subject, operation)?
        };
        let mark = fixture.mark();
        let answer = question.ask(provider).await;
        let word = match &answer {
            Ok(question::Answer::Found { state, .. }) => format!("Ok: {state:?}"),
            Ok(question::Answer::Absent(absence)) => format!("Ok: {absence:?}"),
            Err(error) => format!("Err({:?})", error.kind()),
        };
        note(operation, word, mark);
    }
    Ok(said)
}
