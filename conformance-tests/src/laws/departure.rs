//! A provider declares whether its instructions depart. Each instruction asks its caller's
//! departure for permission and names its subject.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use payments_core::transport::{
    BootInstant, CallClass, Departure, DepartureDecision, Transport as _, with_departure,
};

use crate::{
    Flaw, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{Outcome, PreparedCall, offered_instructions},
};

/// A departure that counts.
struct Counting {
    decision: DepartureDecision,
    asked: AtomicUsize,
    bytes: AtomicU64,
}

impl Counting {
    fn new(decision: DepartureDecision) -> Arc<Self> {
        let (asked, bytes) = (AtomicUsize::default(), AtomicU64::default());
        Arc::new(Self { decision, asked, bytes })
    }

    fn count(&self) -> (usize, bool) {
        (self.asked.load(Ordering::Acquire), self.bytes.load(Ordering::Acquire) > 0)
    }
}

#[async_trait]
impl Departure for Counting {
    async fn depart(&self) -> DepartureDecision {
        self.asked.fetch_add(1, Ordering::AcqRel);
        self.decision.clone()
    }

    fn wrote(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
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
    let mut any = false;
    for (number, operation) in (1..).zip(offered_instructions(&fixture.provider)) {
        any = true;
        let stay = DepartureDecision::Stay { why: "it is recorded as not sent".to_owned() };
        let stays = PreparedCall::ready(&fixture, operation, 2 * number).await?;
        let outcome = departing(&fixture, &stays, Counting::new(stay), (1, false)).await?;
        let is_error = matches!(outcome, Outcome::Error(_));
        Flaw::unless(is_error, "an error, for nothing left", outcome).in_call(operation)?;
        let not_after = BootInstant::now().saturating_add(AN_HOUR);
        let go = DepartureDecision::Go { not_after };
        let goes = PreparedCall::ready(&fixture, operation, 2 * number + 1).await?;
        let outcome = departing(&fixture, &goes, Counting::new(go), (1, true)).await?;
        outcome.accepted().in_call(operation)?;
    }
    Ok(Passed::if_any(any))
}

/// Carries out an instruction under a departure. Compares how often the departure was asked, and
/// whether any byte was sent, with `expected`.
async fn departing(
    fixture: &Fixture,
    instruction: &PreparedCall,
    departure: Arc<Counting>,
    expected: (usize, bool),
) -> Result<Outcome, Flaw> {
    let mark = fixture.mark();
    let call = instruction.carry_out(&fixture.provider);
    let outcome = with_departure(departure.clone(), call).await;
    let notes = fixture.since(mark);
    let sent = notes.iter().find(|note| note.class == CallClass::Instruction);
    let words = |(asked, left): (usize, bool)| {
        let left = if left { "bytes left" } else { "nothing left" };
        format!("the departure asked {asked} times, {left}")
    };
    let (about, count) = (sent.and_then(|note| note.about.clone()), departure.count());
    Flaw::unless_equal(Some(instruction.subject()), about)
        .and_then(|()| Flaw::unless(count == expected, words(expected), words(count)))
        .in_call(instruction.operation)
        .sent_at(sent.map(|note| note.made_at))?;
    Ok(outcome)
}
