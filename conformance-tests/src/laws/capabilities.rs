//! What a provider says it can do, it does; what it says it cannot, it refuses.

use futures_util::future::FutureExt as _;
use payments_core::{Error, ErrorKind, Provider};

use crate::{
    Flaw, Law, Operation, Start,
    instruction::{self, Instruction},
    law::{Check, Held},
    outcome::Outcome,
    question::{self, Question},
    scene::Scene,
};

pub(crate) static CAPABILITIES_ARE_TRUE: Law = Law {
    name: "capabilities_are_true",
    says: "A call that the capabilities allow asks the gateway; one that they do not is refused \
           as unsupported, with nothing sent.",
    why: "Routers, settings pages and documents read the capabilities and nothing else.",
    look_at: "the role's `capabilities()`, and the method that does not keep to them",
    check: Check::Scene(|start| hold(start).boxed()),
};

async fn hold(start: Start) -> Result<Held, Flaw> {
    let scene = Scene::open(&start).await?;
    let has = |operation: Operation| scene.provider.roles().contains(&operation.role());
    for operation in Operation::INQUIRIES.into_iter().filter(|operation| has(*operation)) {
        if question::is_offered(&scene.provider, operation) {
            asks(&scene, operation).await?;
        } else {
            let question = Question::unfounded(&scene.subject, operation)?;
            let (mark, answer) = (scene.mark(), question.ask(&scene.provider).await);
            refuses(&scene, operation, mark, &question::told(&answer), answer.err().as_ref())?;
        }
    }
    for operation in Operation::INSTRUCTIONS.into_iter().filter(|operation| has(*operation)) {
        let is_offered = instruction::is_offered(&scene.provider, operation);
        if is_offered || operation == Operation::CreatePayment {
            continue;
        }
        let instruction = Instruction::unfounded(&scene, operation)?;
        let (mark, outcome) = (scene.mark(), instruction.carry_out(&scene.provider).await);
        let kind = match &outcome {
            Outcome::Error { kind, .. } => Some(Error::new(*kind, "")),
            _ => None,
        };
        refuses(&scene, operation, mark, &outcome.to_string(), kind.as_ref())?;
    }
    offers_something(&scene.provider)?;
    Ok(Held::Tried)
}

/// A provider with a role that does nothing has not that role.
fn offers_something(provider: &Provider) -> Result<(), Flaw> {
    match provider.payments() {
        Ok(role) if role.capabilities().limits.is_empty() => {
            Err(Flaw::new("the amounts of one currency at least", "`limits` is empty")
                .in_call(Operation::CreatePayment))
        }
        _ => Ok(()),
    }
}

async fn asks(scene: &Scene, operation: Operation) -> Result<(), Flaw> {
    let question = Question::ready(scene, operation, number(operation)).await?;
    let mark = scene.mark();
    // A fresh provider has nothing in its caches.
    question.answer(&scene.provider).await?;
    match scene.since(mark).len() {
        0 => Err(Flaw::new("a request to the gateway", "none was sent").in_call(operation)),
        _ => Ok(()),
    }
}

fn refuses(
    scene: &Scene,
    operation: Operation,
    mark: usize,
    told: &str,
    error: Option<&Error>,
) -> Result<(), Flaw> {
    if let Some(note) = scene.since(mark).first() {
        return Err(Flaw::new("nothing sent, for it is not offered", "a request was sent")
            .in_call(operation)
            .sent_at(Some(note.made_at)));
    }
    match error.map(Error::kind) {
        Some(ErrorKind::Unsupported) => Ok(()),
        _ => Err(Flaw::new("Err(Unsupported)", told).in_call(operation)),
    }
}

/// A number of its own for each, so that none finds what another made.
fn number(operation: Operation) -> u32 {
    100 + operation as u32
}
