//! What a second instruction under one reference does is as declared.

use std::time::Duration;

use futures_util::future::join_all;
use payments_core::{
    GatewayRef,
    money::Money,
    rules::{Repeat, RepeatWindow},
};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Found, Outcome, PreparedCall, Reported},
};

const CALLERS: usize = 16;

/// Where repeats are the same for ever: an hour, and then a day later.
const LATER: [Duration; 2] = [Duration::from_secs(3_601), Duration::from_secs(24 * 3_600)];

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let mut tried = false;
    for operation in [Operation::CreatePayment, Operation::CreatePayout] {
        let fixture = Fixture::open(&start).await?;
        let has_role = fixture.provider.roles().contains(&operation.role());
        if !has_role || !operation.is_offered(&fixture.provider) {
            continue;
        }
        let Some(repeat) = repeat(&fixture, operation) else { continue };
        let first = fixture.mark();
        let checked = callers(&fixture, operation, repeat).await;
        let note = fixture.since(first).into_iter().next();
        checked.map_err(|flaw| flaw.in_call(operation).sent_at(note.map(|note| note.made_at)))?;
        another_amount(&fixture, operation).await?;
        tried = true;
    }
    Ok(Passed::if_any(tried))
}

/// What one caller was answered, in the words of [`Repeat`].
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answered {
    Accepted(Option<GatewayRef>),
    Duplicate,
    Otherwise(String),
}

async fn callers(fixture: &Fixture, operation: Operation, repeat: Repeat) -> Result<(), Flaw> {
    let mut instruction = PreparedCall::ready(fixture, operation, 1).await?;
    if let Some((_, role)) = fixture.payments() {
        // Its end would be past later.
        let mut endless = instruction.requests.payment.clone();
        endless.expires_at = None;
        if role.check(&endless).is_ok() {
            instruction.requests.payment = endless;
        }
    }
    let calls = (0..CALLERS).map(|_| instruct(fixture, &instruction));
    let mut answered = join_all(calls).await;
    judge(fixture, &instruction, repeat, &answered).await?;
    let later = match repeat {
        Repeat::Deduplicated { within: RepeatWindow::For(within) } => {
            vec![within.saturating_sub(Duration::from_secs(1))]
        }
        Repeat::Deduplicated { within: RepeatWindow::Forever } | Repeat::Refused => LATER.to_vec(),
        // One that pays again does so at once, and nothing is declared of an unknown time.
        _ => Vec::new(),
    };
    for later in later {
        fixture.subject.gateway.advance(later).await;
        answered.push(instruct(fixture, &instruction).await);
        judge(fixture, &instruction, repeat, &answered)
            .await
            .map_err(|flaw| Flaw { found: format!("{} after {later:?}", flaw.found), ..flaw })?;
    }
    if repeat == Repeat::PaysAgain {
        let found = instruction.find(&fixture.provider).await;
        if !matches!(found, None | Some(Found::Several(_))) {
            let found = found.map_or("nothing".to_owned(), |found| found.to_string());
            return Err(Flaw::new("Several, which is an alert", found));
        }
    }
    Ok(())
}

/// Compares the answers so far, and what the gateway did, with what is declared.
async fn judge(
    fixture: &Fixture,
    instruction: &PreparedCall,
    repeat: Repeat,
    answered: &[Answered],
) -> Result<(), Flaw> {
    let (operation, reference) = (instruction.operation, instruction.reference());
    let done = fixture.subject.gateway.carried_out(operation, &reference).await;
    let all = fixture.bookings().await;
    // Under whatever reference it was sent.
    let sent = all.iter().filter(|one| one.direction == payments_core::Direction::Out).count();
    let accepted = |one: &&Answered| matches!(one, Answered::Accepted(_));
    let number = answered.iter().filter(accepted).count();
    let duplicates = answered.iter().filter(|one| **one == Answered::Duplicate).count();
    let mut names: Vec<_> = answered
        .iter()
        .filter_map(|one| if let Answered::Accepted(name) = one { name.as_ref() } else { None })
        .map(GatewayRef::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    let is_so = match repeat {
        Repeat::Deduplicated { .. } => {
            number == answered.len() && done == 1 && sent <= 1 && names.len() <= 1
        }
        Repeat::Refused => {
            number == 1 && duplicates == answered.len() - 1 && done == 1 && sent <= 1
        }
        _ => {
            number == answered.len() && done == number && (names.len() == done || names.is_empty())
        }
    };
    if is_so {
        return Ok(());
    }
    let mut kinds: Vec<String> = answered.iter().map(|one| format!("{one:?}")).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let found = format!("{number} accepted and {duplicates} duplicates: {kinds:?}");
    Err(Flaw::new(format!("{repeat:?}, for each of {} callers", answered.len()), found)
        .with_ledger(format!("carried out {done} times; {sent} bookings that left")))
}

async fn instruct(fixture: &Fixture, instruction: &PreparedCall) -> Answered {
    match instruction.carry_out(&fixture.provider).await {
        Outcome::Accepted { reported: Reported::Payment(payment), .. } => {
            Answered::Accepted(payment.gateway_ref)
        }
        Outcome::Accepted { reported: Reported::Payout(payout), .. } => {
            Answered::Accepted(payout.gateway_ref)
        }
        Outcome::Declined(decline) if decline.is_duplicate() => Answered::Duplicate,
        other => Answered::Otherwise(other.to_string()),
    }
}

/// The second instruction under a reference asks for another amount.
async fn another_amount(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let first = PreparedCall::ready(fixture, operation, 2).await?;
    let Some(amount) = first.amount() else { return Ok(()) };
    let larger = Money::from_minor(amount.minor().saturating_add(1_000), amount.currency());
    let second = first.with_amount(larger);
    first.succeed(fixture).await?;
    let outcome = second.carry_out(&fixture.provider).await;
    let done = fixture.subject.gateway.carried_out(operation, &first.reference()).await;
    let is_wrong = match &outcome {
        Outcome::Declined(decline) => decline.is_confirmed(),
        accepted if accepted.is_as_asked() => done < 2,
        Outcome::Error(_) => done > 1,
        Outcome::Accepted { .. } | Outcome::Uncertain(_) => false,
    };
    if !is_wrong {
        return Ok(());
    }
    let expected = "an unconfirmed refusal or an uncertain outcome: the reference was used before";
    Err(Flaw::new(expected, &outcome)
        .in_call(operation)
        .with_ledger(format!("carried out {done} times, first for another amount")))
}

fn repeat(fixture: &Fixture, operation: Operation) -> Option<Repeat> {
    match operation {
        Operation::CreatePayment => Some(fixture.provider.payments().ok()?.capabilities().repeat),
        Operation::CreatePayout => Some(fixture.provider.payouts().ok()?.capabilities().repeat),
        _ => None,
    }
}
