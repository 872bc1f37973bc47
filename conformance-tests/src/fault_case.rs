//! One instruction under one fault: the result that the provider returned, the effect at the
//! gateway, and the result of an inquiry afterwards.

use std::panic::Location;
use std::time::Duration;

use provider_kit::transport::CallClass;

use crate::{
    Flaw, Operation, Start,
    client::PATIENT,
    fixture::Fixture,
    flaw::InFlaw as _,
    operations::{Found, Outcome, PreparedCall},
    proxy::Fault,
};

/// How long a call waits in the first attempt for a response that never arrives.
const IMPATIENT: Duration = Duration::from_millis(150);

/// One instruction under one fault.
#[derive(Debug)]
pub(crate) struct FaultCase {
    pub(crate) operation: Operation,
    /// The fault. `None` if there was none, or if the closed connection was not used.
    pub(crate) fault: Option<Fault>,
    /// How many times the provider sent the instruction.
    pub(crate) sent: usize,
    pub(crate) outcome: Outcome,
    /// How many times the gateway carried it out.
    pub(crate) done: usize,
    /// The result of an inquiry afterwards. `None` if the provider has no such inquiry.
    pub(crate) found: Option<Found>,
    pub(crate) sent_at: Option<&'static Location<'static>>,
}

impl FaultCase {
    /// Carries out `operation` once under `fault`, and queries its effect.
    ///
    /// If only a time limit ends the call, a busy machine can reach it before the request was sent.
    /// The case is then repeated with a longer limit and another gateway.
    pub(crate) async fn run(
        start: &Start,
        operation: Operation,
        fault: Option<Fault>,
    ) -> Result<Self, Flaw> {
        let mut limit = IMPATIENT;
        while limit < PATIENT {
            if let Some(case) = attempt(start, operation, fault, limit).await? {
                return Ok(case);
            }
            limit *= 2;
        }
        Err(no_request(operation, fault))
    }
}

async fn attempt(
    start: &Start,
    operation: Operation,
    fault: Option<Fault>,
    limit: Duration,
) -> Result<Option<FaultCase>, Flaw> {
    let fixture = Fixture::open(start).await?;
    let is_offered = operation.is_offered(&fixture.provider);
    Flaw::unless(is_offered, "an instruction that the provider sends", "it does not")
        .in_call(operation)?;
    let instruction = PreparedCall::ready(&fixture, operation, 1).await?;
    if let Some(Fault::KeptAliveClosed(_)) = fault {
        // This leaves a kept-alive connection to the right host.
        let earlier = PreparedCall::ready(&fixture, operation, 2).await?;
        earlier.succeed(&fixture).await?;
    }
    let is_silent = fault.is_some_and(Fault::is_silent);
    let settling = if is_silent { limit } else { PATIENT };
    let before = instruction.done(&fixture).await;
    let (mark, arrived) = (fixture.mark(), fixture.proxy.requests_seen());
    let outcome = match fault {
        Some(Fault::Refused) => {
            fixture.proxy.inject(Fault::Refused);
            // Only a client that has not made a call yet has no kept-alive connection.
            instruction.carry_out(&fixture.unconnected()?).await
        }
        fault => {
            if let Some(fault) = fault {
                fixture.recorder.arm_within(settling, CallClass::Instruction, fault);
            }
            instruction.carry_out(&fixture.provider).await
        }
    };
    let is_sent = !fixture.recorder.disarm();
    Flaw::unless(is_sent, "an instruction that is sent", format!("none was: {outcome}"))
        .in_call(operation)
        .under(fault)?;
    // An instruction on its own connection does not use the closed one.
    let fault = match fault {
        Some(Fault::KeptAliveClosed(_)) if !struck(&fixture, arrived) => {
            fixture.heal()?;
            None
        }
        fault => fault,
    };
    if tokio::time::timeout(settling, fixture.proxy.settled()).await.is_err() {
        return if is_silent { Ok(None) } else { Err(no_request(operation, fault)) };
    }
    let (arrived, notes) = (fixture.proxy.requests_seen() - arrived, fixture.since(mark));
    fixture.heal()?;
    let inquiries = notes.iter().filter(|note| note.class != CallClass::Instruction).count();
    let sent_at = notes.iter().find(|note| note.class == CallClass::Instruction);
    let after = instruction.done(&fixture).await;
    Ok(Some(FaultCase {
        operation,
        fault,
        sent: arrived.saturating_sub(inquiries),
        outcome,
        done: after.saturating_sub(before),
        found: instruction.find(&fixture.restarted()).await,
        sent_at: sent_at.map(|note| note.made_at),
    }))
}

/// Returns `true` if a fault affected a request after the first `earlier` ones.
fn struck(fixture: &Fixture, earlier: usize) -> bool {
    fixture.proxy.requests().iter().skip(earlier).any(|request| request.fault.is_some())
}

fn no_request(operation: Operation, fault: Option<Fault>) -> Flaw {
    Flaw::new("a request for the fault to strike", "none came").in_call(operation).under(fault)
}

/// Returns no fault, and then every fault.
pub(crate) fn faults() -> impl Iterator<Item = Option<Fault>> {
    std::iter::once(None).chain(Fault::ALL.map(Some))
}

/// Returns the name of the test under a fault, or without one.
pub(crate) fn test_name(fault: Option<Fault>) -> String {
    fault.map_or("nothing_wrong".to_owned(), Fault::test_name)
}
