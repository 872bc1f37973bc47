//! A second instruction under one reference has the declared effect.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use payments_core::{
    Direction, Provider,
    money::Money,
    rules::{Repeat, RepeatWindow},
};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{Found, Outcome, PreparedCall, Reported},
};

const CALLERS: usize = 16;

/// The times after which to repeat if repeats are recognised forever: an hour, and then a day
/// later.
const LATER: [Duration; 2] = [Duration::from_secs(3_601), Duration::from_secs(24 * 3_600)];

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let mut tried = false;
    for operation in [Operation::CreatePayment, Operation::CreatePayout] {
        let fixture = Fixture::open(&start).await?;
        let repeat = repeat(&fixture.provider, operation);
        let Some(repeat) = repeat.filter(|_| operation.is_offered(&fixture.provider)) else {
            continue;
        };
        let first = fixture.mark();
        let checked = callers(&fixture, operation, repeat).await;
        let note = fixture.since(first).into_iter().next();
        checked.in_call(operation).sent_at(note.map(|note| note.made_at))?;
        another_amount(&fixture, operation).await.in_call(operation)?;
        tried = true;
    }
    Ok(Passed::if_any(tried))
}

async fn callers(fixture: &Fixture, operation: Operation, repeat: Repeat) -> Result<(), Flaw> {
    let mut instruction = PreparedCall::ready(fixture, operation, 1).await?;
    if let Some((_, role)) = fixture.payments() {
        // An expiry would be in the past later.
        let mut endless = instruction.requests.payment.clone();
        endless.expires_at = None;
        if role.check(&endless).is_ok() {
            instruction.requests.payment = endless;
        }
    }
    let calls = (0..CALLERS).map(|_| instruction.carry_out(&fixture.provider));
    let mut outcomes = join_all(calls).await;
    judge(fixture, &instruction, repeat, &outcomes).await?;
    let later = match repeat {
        Repeat::Deduplicated { within: RepeatWindow::For(within) } => {
            vec![within.saturating_sub(Duration::from_secs(1))]
        }
        Repeat::Deduplicated { within: RepeatWindow::Forever } | Repeat::Refused => LATER.to_vec(),
        // A gateway that pays again does so immediately, and nothing is declared about an unknown
        // time.
        _ => Vec::new(),
    };
    for later in later {
        fixture.subject.gateway.advance(later).await;
        outcomes.push(instruction.carry_out(&fixture.provider).await);
        judge(fixture, &instruction, repeat, &outcomes)
            .await
            .map_err(|flaw| Flaw { found: format!("{} after {later:?}", flaw.found), ..flaw })?;
    }
    if repeat == Repeat::PaysAgain {
        let found = instruction.find(&fixture.provider).await;
        let is_so = matches!(found, None | Some(Found::Several(_)));
        Flaw::unless(is_so, "Several, which is an alert", format!("{found:?}"))?;
    }
    Ok(())
}

/// Compares the results so far, and the bookings of the gateway, with the declaration.
async fn judge(
    fixture: &Fixture,
    instruction: &PreparedCall,
    repeat: Repeat,
    outcomes: &[Outcome],
) -> Result<(), Flaw> {
    let done = instruction.done(fixture).await;
    let all = fixture.bookings().await;
    // It may have been sent under any reference.
    let sent = all.iter().filter(|one| one.direction == Direction::Out).count();
    let accepted: Vec<&Reported> = outcomes.iter().filter_map(Outcome::reported).collect();
    let names: BTreeSet<&str> = accepted.iter().filter_map(|one| one.gateway_ref()).collect();
    let is_duplicate =
        |one: &&Outcome| matches!(one, Outcome::Declined(decline) if decline.is_duplicate());
    let (number, duplicates) = (accepted.len(), outcomes.iter().filter(is_duplicate).count());
    let is_so = match repeat {
        Repeat::Deduplicated { .. } => {
            number == outcomes.len() && done == 1 && sent <= 1 && names.len() <= 1
        }
        Repeat::Refused => {
            number == 1 && duplicates == outcomes.len() - 1 && done == 1 && sent <= 1
        }
        _ => {
            number == outcomes.len() && done == number && (names.len() == done || names.is_empty())
        }
    };
    let kinds: BTreeSet<String> = outcomes.iter().map(ToString::to_string).collect();
    let expected = format!("{repeat:?}, for each of {} callers", outcomes.len());
    let found = format!("{number} accepted as {names:?} and {duplicates} duplicates: {kinds:?}");
    let ledger = format!("carried out {done} times; {sent} bookings that left");
    Flaw::unless(is_so, expected, found).map_err(|flaw| flaw.with_ledger(ledger))
}

/// Checks a second instruction under a reference with another amount.
async fn another_amount(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let first = PreparedCall::ready(fixture, operation, 2).await?;
    let Some(amount) = first.amount() else { return Ok(()) };
    let larger = Money::from_minor(amount.minor().saturating_add(1_000), amount.currency());
    let second = first.with_amount(larger);
    first.succeed(fixture).await?;
    let outcome = second.carry_out(&fixture.provider).await;
    let done = first.done(fixture).await;
    let is_wrong = match &outcome {
        Outcome::Declined(decline) => decline.is_confirmed(),
        accepted if accepted.is_as_asked() => done < 2,
        Outcome::Error(_) => done > 1,
        Outcome::Accepted { .. } | Outcome::Uncertain(_) => false,
    };
    let expected = "an unconfirmed refusal or an uncertain outcome: the reference was used before";
    let ledger = format!("carried out {done} times, first for another amount");
    Flaw::unless(!is_wrong, expected, &outcome).map_err(|flaw| flaw.with_ledger(ledger))
}

fn repeat(provider: &Provider, operation: Operation) -> Option<Repeat> {
    match operation {
        Operation::CreatePayment => Some(provider.payments().ok()?.capabilities().repeat),
        Operation::CreatePayout => Some(provider.payouts().ok()?.capabilities().repeat),
        _ => None,
    }
}
