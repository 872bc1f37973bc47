//! A provider declares whether its instructions depart. Each instruction asks its caller's
//! departure for permission and names its subject.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use provider_kit::transport::{
    BootInstant, CallClass, Departure, DepartureDecision, Transport as _, with_departure,
};

use crate::{
    Flaw, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{Outcome, PreparedCall, offered_instructions},
};

/// A departure that counts how often it was asked, and the bytes that left.
struct Counting(DepartureDecision, Mutex<(usize, u64)>);

impl Counting {
    fn count(&self) -> MutexGuard<'_, (usize, u64)> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Departure for Counting {
    async fn depart(&self) -> DepartureDecision {
        self.count().0 += 1;
        self.0.clone()
    }

    fn wrote(&self, bytes: u64) {
        self.count().1 += bytes;
    }
}

pub(super) async fn declared(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    if offered_instructions(&fixture.provider).next().is_none() {
        return Ok(Passed::NotApplicable);
    }
    let (declared, departs) = (fixture.provider.departs(), fixture.recorder.departs());
    let expected = format!("`Provider::departs` is {departs}, as its transport says");
    Flaw::unless(declared == departs, expected, declared)?;
    Ok(Passed::Tested)
}

pub(super) async fn departs(start: Start) -> Result<Passed, Flaw> {
    const AN_HOUR: Duration = Duration::from_secs(3600);
    let fixture = Fixture::open(&start).await?;
    if !fixture.recorder.departs() {
        return Ok(Passed::NotApplicable);
    }
    for (number, operation) in (1..).zip(offered_instructions(&fixture.provider)) {
        let stay = DepartureDecision::Stay { why: "it is recorded as not sent".to_owned() };
        let stays = PreparedCall::ready(&fixture, operation, 2 * number).await?;
        let outcome = departing(&fixture, &stays, stay, (1, false)).await?;
        let is_error = matches!(outcome, Outcome::Error(_));
        Flaw::unless(is_error, "an error, for nothing left", outcome).in_call(operation)?;
        let not_after = BootInstant::now().saturating_add(AN_HOUR);
        let go = DepartureDecision::Go { not_after };
        let goes = PreparedCall::ready(&fixture, operation, 2 * number + 1).await?;
        let outcome = departing(&fixture, &goes, go, (1, true)).await?;
        outcome.accepted().in_call(operation)?;
    }
    Ok(Passed::if_any(offered_instructions(&fixture.provider).next().is_some()))
}

/// Carries out an instruction under a departure. Compares how often the departure was asked, and
/// whether any byte was sent, with `expected`.
async fn departing(
    fixture: &Fixture,
    instruction: &PreparedCall,
    decision: DepartureDecision,
    expected: (usize, bool),
) -> Result<Outcome, Flaw> {
    let mark = fixture.mark();
    let departure = Arc::new(Counting(decision, Mutex::default()));
    let call = instruction.carry_out(&fixture.provider);
    let outcome = with_departure(departure.clone(), call).await;
    let notes = fixture.since(mark);
    let sent = notes.iter().find(|note| note.class == CallClass::Instruction);
    let words = |(asked, left): (usize, bool)| {
        let left = if left { "bytes left" } else { "nothing left" };
        format!("the departure asked {asked} times, {left}")
    };
    let (asked, bytes) = *departure.count();
    let (about, count) = (sent.and_then(|note| note.about.clone()), (asked, bytes > 0));
    Flaw::unless_equal(Some(instruction.subject()), about)
        .and_then(|()| Flaw::unless(count == expected, words(expected), words(count)))
        .in_call(instruction.operation)
        .sent_at(sent.map(|note| note.made_at))?;
    Ok(outcome)
}
