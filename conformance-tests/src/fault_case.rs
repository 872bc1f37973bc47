//! One instruction under one fault: the result that the provider returned, the effect at the
//! gateway, and the result of an inquiry afterwards.

use std::panic::Location;
use std::time::Duration;

use payments_core::transport::CallClass;

use crate::{
    Flaw, Operation, Start,
    client::PATIENT,
    fixture::Fixture,
    flaw::InFlaw as _,
    operations::{Found, Outcome, PreparedCall},
    proxy::Fault,
};

/// How long a call waits at first for an answer that never comes.
const IMPATIENT: Duration = Duration::from_millis(150);

/// One instruction under one fault.
#[derive(Debug)]
pub(crate) struct FaultCase {
    pub(crate) operation: Operation,
    /// What went wrong; `None` without a fault, and where the closed connection was not used.
    pub(crate) fault: Option<Fault>,
    /// How often the instruction left the provider.
    pub(crate) sent: usize,
    pub(crate) outcome: Outcome,
    /// How often the gateway carried it out.
    pub(crate) done: usize,
    /// What an inquiry found afterwards; `None` if the provider has none.
    pub(crate) found: Option<Found>,
    pub(crate) sent_at: Option<&'static Location<'static>>,
}

impl FaultCase {
    /// Carries `operation` out once under `fault`, and asks what became of it.
    ///
    /// Where only a time limit ends the waiting, a busy machine can reach it before the request
    /// has left: then once more, with a longer one and another gateway.
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
        // Leaves a connection to the right host to be kept alive.
        let earlier = PreparedCall::ready(&fixture, operation, 2).await?;
        earlier.succeed(&fixture).await?;
    }
    let before = instruction.done(&fixture).await;
    let (mark, arrived) = (fixture.mark(), fixture.proxy.requests_seen());
    let outcome = match fault {
        Some(Fault::Refused) => {
            fixture.proxy.inject(Fault::Refused);
            // Only a client that has not called yet has no connection to keep.
            instruction.carry_out(&fixture.unconnected()?).await
        }
        fault => {
            match fault {
                Some(fault) if fault.is_silent() => {
                    fixture.recorder.arm_within(limit, CallClass::Instruction, fault);
                }
                Some(fault) => fixture.recorder.arm(CallClass::Instruction, fault),
                None => {}
            }
            instruction.carry_out(&fixture.provider).await
        }
    };
    let is_sent = !fixture.recorder.disarm();
    Flaw::unless(is_sent, "an instruction that is sent", format!("none was: {outcome}"))
        .in_call(operation)
        .under(fault)?;
    // An instruction on a connection of its own does not meet the closed connection.
    let fault = match fault {
        Some(Fault::KeptAliveClosed(_)) if !struck(&fixture, arrived) => {
            fixture.heal()?;
            None
        }
        fault => fault,
    };
    let settling = if fault.is_some_and(Fault::is_silent) { limit } else { PATIENT };
    if tokio::time::timeout(settling, fixture.proxy.settled()).await.is_err() {
        if fault.is_some_and(Fault::is_silent) {
            return Ok(None);
        }
        return Err(no_request(operation, fault));
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

/// Whether a fault struck a request after the first `earlier` ones.
fn struck(fixture: &Fixture, earlier: usize) -> bool {
    fixture.proxy.requests().iter().skip(earlier).any(|request| request.fault.is_some())
}

fn no_request(operation: Operation, fault: Option<Fault>) -> Flaw {
    Flaw::new("a request for the fault to strike", "none came").in_call(operation).under(fault)
}

/// The fault with this name as a test; `Some(None)` for none.
#[expect(clippy::option_option, reason = "no fault, and no such fault")]
pub(crate) fn fault_of_test(name: &str) -> Option<Option<Fault>> {
    if name == NO_FAULT {
        return Some(None);
    }
    Fault::ALL.into_iter().find(|fault| fault.test_name() == name).map(Some)
}

/// The name of the test without a fault.
pub(crate) const NO_FAULT: &str = "nothing_wrong";
