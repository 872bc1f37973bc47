//! The layers around a provider change nothing of what it says.

use futures_util::future::FutureExt as _;
use payments_core::Provider;

use crate::{
    Flaw, Law, Operation, Start,
    instruction::{self, Instruction},
    law::Check,
    question::{self, Question},
    scene::Scene,
};

pub(crate) static LAYERS_CHANGE_NOTHING: Law = Law {
    name: "layers_change_nothing",
    says: "A provider says the same with its layers and without them, also of what it refuses.",
    why: "An app may hold a role without the layers, and must be as safe.",
    look_at: "the checks in the provider's own methods: the guard around it is no excuse",
    check: Check::Scene(|start| hold(start).boxed()),
};

async fn hold(start: Start) -> Result<(), Flaw> {
    let bare = Scene::open(&start).await?;
    let layered = Scene::open(&start).await?;
    let without = everything(&bare, &bare.bare).await?;
    let with = everything(&layered, &layered.provider).await?;
    for ((operation, without), (_, with)) in without.into_iter().zip(with) {
        if without != with {
            let expected = format!("with layers and without: {with}");
            return Err(Flaw::new(expected, format!("without: {without}")).in_call(operation));
        }
    }
    Ok(())
}

/// What a provider says of everything that it can and cannot do, in a word for each.
async fn everything(scene: &Scene, provider: &Provider) -> Result<Vec<(Operation, String)>, Flaw> {
    let mut said = Vec::new();
    let has = |operation: Operation| provider.roles().contains(&operation.role());
    for operation in Operation::INSTRUCTIONS.into_iter().filter(|operation| has(*operation)) {
        let is_offered =
            instruction::is_offered(provider, operation) || operation == Operation::CreatePayment;
        let instruction = if is_offered {
            Instruction::ready(scene, operation, 1 + operation as u32).await?
        } else {
            Instruction::unfounded(scene, operation)?
        };
        said.push((operation, instruction.carry_out(provider).await.kind()));
        if let Some(wrong) = instruction.beyond_the_limits(provider) {
            said.push((operation, wrong.carry_out(provider).await.kind()));
        }
    }
    for operation in Operation::INQUIRIES.into_iter().filter(|operation| has(*operation)) {
        let question = if question::is_offered(provider, operation) {
            Question::ready(scene, operation, 100 + operation as u32).await?
        } else {
            Question::unfounded(&scene.subject, operation)?
        };
        let answer = question.ask(provider).await;
        let word = match &answer {
            Ok(question::Answer::Found { state, .. }) => format!("Ok: {state:?}"),
            Ok(question::Answer::Absent(absence)) => format!("Ok: {absence:?}"),
            Err(error) => format!("Err({:?})", error.kind()),
        };
        said.push((operation, word));
    }
    Ok(said)
}
