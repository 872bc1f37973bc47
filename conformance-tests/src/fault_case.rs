//! One instruction under one fault: what the provider said, what the gateway did, and what an
//! inquiry finds afterwards.

use std::panic::Location;
use std::time::Duration;

use payments_core::{ErrorKind, transport::CallClass};

use crate::{
    Flaw, Operation, Start,
    fixture::{Fixture, PATIENT},
    instruction::{self, Instruction},
    outcome::{Found, Outcome},
    proxy::Fault,
};

/// How long a call waits at first for an answer that never comes.
const IMPATIENT: Duration = Duration::from_millis(150);

/// One instruction under one fault.
#[derive(Clone, Debug)]
pub(crate) struct FaultCase {
    pub(crate) operation: Operation,
    /// What went wrong; nothing in the first fault_case, and where the closed connection was not used.
    pub(crate) fault: Option<Fault>,
    pub(crate) standing: Standing,
    /// How often the instruction left the provider.
    pub(crate) sent: usize,
    pub(crate) outcome: Outcome,
    /// How often the gateway carried it out.
    pub(crate) done: usize,
    /// What an inquiry said afterwards; `None` if the provider has none.
    pub(crate) found: Option<Found>,
    pub(crate) sent_at: Option<&'static Location<'static>>,
}

/// What a provider's capabilities say of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is sent.
    Offered,
    /// The provider cannot do it.
    Lacking,
    /// It sends nothing: there is nothing that a fault could strike.
    Offline,
}

impl FaultCase {
    /// Carries `operation` out once under `fault`, and asks what became of it.
    ///
    /// Where only a time limit ends the waiting, a busy machine can reach it before the request
    /// has left: then once more, with a longer one and another gateway.
    pub(crate) async fn hold(
        start: &Start,
        operation: Operation,
        fault: Option<Fault>,
    ) -> Result<Self, Flaw> {
        let mut limit = IMPATIENT;
        while limit < PATIENT {
            if let Some(fault_case) = attempt(start, operation, fault, limit).await? {
                return Ok(fault_case);
            }
            limit *= 2;
        }
        Err(Flaw::new("a request for the fault to strike", "none came")
            .in_call(operation)
            .under(fault))
    }
}

async fn attempt(
    start: &Start,
    operation: Operation,
    fault: Option<Fault>,
    limit: Duration,
) -> Result<Option<FaultCase>, Flaw> {
    let fixture = Fixture::open(start).await?;
    let standing = standing(&fixture, operation);
    if standing != Standing::Offered {
        return lacking(&fixture, operation, fault, standing).await.map(Some);
    }
    let instruction = Instruction::ready(&fixture, operation, 1).await?;
    if let Some(Fault::KeptAliveClosed(_)) = fault {
        // Leaves a connection to the right host to be kept alive.
        let earlier = Instruction::ready(&fixture, operation, 2).await?;
        earlier.carry_out(&fixture.provider).await.accepted()?;
    }
    let gateway = &fixture.subject.gateway;
    let before = gateway.carried_out(operation, instruction.reference()).await;
    let (mark, arrived) = (fixture.mark(), fixture.proxy.requests_seen());
    let outcome = match fault {
        Some(Fault::Refused) => {
            fixture.proxy.inject(Fault::Refused);
            // Only a client that has not called yet has no connection to keep.
            instruction.carry_out(&fixture.unconnected()?).await
        }
        Some(fault) if fault.is_silent() => {
            fixture.recorder.arm_within(CallClass::Instruction, fault, limit);
            instruction.carry_out(&fixture.provider).await
        }
        Some(fault) => {
            fixture.recorder.arm(CallClass::Instruction, fault);
            instruction.carry_out(&fixture.provider).await
        }
        None => instruction.carry_out(&fixture.provider).await,
    };
    if fixture.recorder.is_armed() {
        return Err(Flaw::new("an instruction that is sent", format!("none was: {outcome}"))
            .in_call(operation)
            .under(fault));
    }
    // An instruction on a connection of its own does not meet the closed connection.
    let fault = match fault {
        Some(Fault::KeptAliveClosed(_)) if !struck(&fixture, arrived) => {
            fixture.proxy.heal().map_err(|error| Flaw::new("the proxy listens again", error))?;
            None
        }
        fault => fault,
    };
    let settling = if fault.is_some_and(Fault::is_silent) { limit } else { PATIENT };
    if tokio::time::timeout(settling, fixture.proxy.settled()).await.is_err() {
        if fault.is_some_and(Fault::is_silent) {
            return Ok(None);
        }
        return Err(Flaw::new("a request for the fault to strike", "none came")
            .in_call(operation)
            .under(fault));
    }
    let (arrived, notes) = (fixture.proxy.requests_seen() - arrived, fixture.since(mark));
    fixture.proxy.heal().map_err(|error| Flaw::new("the proxy listens again", error))?;
    let inquiries = notes.iter().filter(|note| note.class != CallClass::Instruction).count();
    let sent_at = notes.iter().find(|note| note.class == CallClass::Instruction);
    let after = gateway.carried_out(operation, instruction.reference()).await;
    Ok(Some(FaultCase {
        operation,
        fault,
        standing,
        sent: arrived.saturating_sub(inquiries),
        outcome,
        done: after.saturating_sub(before),
        found: instruction.ask(&fixture.anew()).await,
        sent_at: sent_at.map(|note| note.made_at),
    }))
}

/// Whether a fault struck a request after the first `earlier` ones.
fn struck(fixture: &Fixture, earlier: usize) -> bool {
    fixture.proxy.requests().iter().skip(earlier).any(|request| request.fault.is_some())
}

fn standing(fixture: &Fixture, operation: Operation) -> Standing {
    if instruction::is_offered(&fixture.provider, operation) {
        Standing::Offered
    } else if operation == Operation::CreatePayment && fixture.provider.payments().is_ok() {
        Standing::Offline
    } else {
        Standing::Lacking
    }
}

/// What a provider says of an instruction that it does not have, whatever goes wrong.
async fn lacking(
    fixture: &Fixture,
    operation: Operation,
    fault: Option<Fault>,
    standing: Standing,
) -> Result<FaultCase, Flaw> {
    let outcome = match standing {
        // That a role is missing is another law's matter.
        Standing::Lacking if !fixture.provider.roles().contains(&operation.role()) => {
            Outcome::Error { kind: ErrorKind::Unsupported, text: "no such role".to_owned() }
        }
        Standing::Lacking => {
            Instruction::unfounded(fixture, operation)?.carry_out(&fixture.provider).await
        }
        Standing::Offered | Standing::Offline => Outcome::Accepted { unlike: None },
    };
    Ok(FaultCase {
        operation,
        fault,
        standing,
        sent: fixture.mark(),
        outcome,
        done: 0,
        found: None,
        sent_at: fixture.recorder.notes().first().map(|note| note.made_at),
    })
}
