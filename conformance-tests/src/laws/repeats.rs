//! What a second instruction under one reference does is as declared.

use std::time::Duration;

use futures_util::future::join_all;
use payments_core::{Provider, rules::Repeat, transport::CallClass};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Found, Instruction, Outcome},
};

const CALLERS: usize = 16;

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut tried = false;
    for operation in [Operation::CreatePayment, Operation::CreatePayout] {
        let has_role = fixture.provider.roles().contains(&operation.role());
        if !has_role || !operation.is_offered(&fixture.provider) {
            continue;
        }
        let Some(repeat) = repeat(&fixture.provider, operation) else { continue };
        let instruction = Instruction::ready(&fixture, operation, 1).await?;
        let mark = fixture.mark();
        let callers = (0..CALLERS).map(|_| instruction.carry_out(&fixture.provider));
        join_all(callers).await;
        tried = true;
        let done = fixture.subject.gateway.carried_out(operation, &instruction.reference()).await;
        let is_so = match repeat {
            Repeat::PaysAgain => done > 1,
            _ if repeat.is_safe_after(Duration::ZERO) => done == 1,
            // For an unknown time, which may be over.
            _ => done >= 1,
        };
        let line = fixture.line(mark, CallClass::Instruction);
        let ledger = format!("carried out {done} times for {CALLERS} callers");
        if !is_so {
            return Err(Flaw::new(format!("{repeat:?}, as the capabilities say"), &ledger)
                .in_call(operation)
                .sent_at(line));
        }
        let found = instruction.ask(&fixture.provider).await;
        if done > 1 && !matches!(found, None | Some(Found::Several(_))) {
            let found = found.map_or("nothing".to_owned(), |found| found.to_string());
            return Err(Flaw::new("Several, which is an alert", found)
                .in_call(operation)
                .with_ledger(ledger));
        }
        another_amount(&fixture, operation).await?;
    }
    Ok(Passed::if_any(tried))
}

/// The second instruction under a reference asks for another amount.
async fn another_amount(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let first = Instruction::ready(fixture, operation, 2).await?;
    let Some(second) = first.with_another_amount() else { return Ok(()) };
    first.carry_out(&fixture.provider).await.accepted().map_err(|flaw| flaw.in_call(operation))?;
    let mark = fixture.mark();
    let outcome = second.carry_out(&fixture.provider).await;
    let done = fixture.subject.gateway.carried_out(operation, &first.reference()).await;
    let is_wrong = match &outcome {
        Outcome::Declined(decline) => decline.is_confirmed(),
        accepted if accepted.is_as_asked() => done < 2,
        Outcome::Error(_) => done > 1,
        Outcome::Accepted(_) | Outcome::Uncertain(_) => false,
    };
    if !is_wrong {
        return Ok(());
    }
    let expected = "an unconfirmed refusal or an uncertain outcome: the reference was used before";
    Err(Flaw::new(expected, &outcome)
        .in_call(operation)
        .with_ledger(format!("carried out {done} times, first for another amount"))
        .sent_at(fixture.line(mark, CallClass::Instruction)))
}

fn repeat(provider: &Provider, operation: Operation) -> Option<Repeat> {
    match operation {
        Operation::CreatePayment => Some(provider.payments().ok()?.capabilities().repeat),
        Operation::CreatePayout => Some(provider.payouts().ok()?.capabilities().repeat),
        _ => None,
    }
}
