//! How a payout ends is told.

use futures_util::future::FutureExt as _;
use payments_core::{Lookup, payout::PayoutState};

use crate::{
    Flaw, Law, Operation, Start,
    instruction::{Instruction, refused},
    law::Check,
    scene::Scene,
};

pub(crate) static HOW_A_PAYOUT_ENDS_IS_TOLD: Law = Law {
    name: "how_a_payout_ends_is_told",
    says: "An inquiry tells a payout as it is now: under way, succeeded, failed, or come back \
           after it had succeeded.",
    why: "A payout that came back is owed again, and one that is under way is not.",
    look_at: "`find_payout`: what is remembered instead of asked, and what each state becomes",
    check: Check::Scene(|start| hold(start).boxed()),
};

async fn hold(start: Start) -> Result<(), Flaw> {
    let scene = Scene::open(&start).await?;
    let Ok(role) = scene.provider.payouts() else { return Ok(()) };
    if !role.capabilities().find {
        return Ok(());
    }
    for (number, ends) in [
        (1, [PayoutState::Succeeded, PayoutState::Reversed].as_slice()),
        (2, [PayoutState::Failed].as_slice()),
    ] {
        let made = Instruction::ready(&scene, Operation::CreatePayout, number).await?;
        made.carry_out(&scene.provider).await.accepted()?;
        let begins = state(&scene, number).await?;
        if matches!(begins, PayoutState::Failed | PayoutState::Reversed) {
            return Err(Flaw::new(
                "a payout that is under way, or has succeeded",
                format!("{begins:?}"),
            )
            .in_call(Operation::FindPayout));
        }
        for end in ends {
            ends_in(&scene, number, *end).await?;
        }
    }
    Ok(())
}

async fn ends_in(scene: &Scene, number: u32, end: PayoutState) -> Result<(), Flaw> {
    let Some(gateway) = &scene.subject.payouts else { return Ok(()) };
    if gateway.end_payout(&scene.payout(number)?, end).await.is_err() {
        return Ok(());
    }
    let found = state(scene, number).await?;
    if found != end {
        return Err(Flaw::new(format!("{end:?}"), format!("{found:?}"))
            .in_call(Operation::FindPayout)
            .with_ledger(format!("the payout is {end:?}")));
    }
    Ok(())
}

async fn state(scene: &Scene, number: u32) -> Result<PayoutState, Flaw> {
    let operation = Operation::FindPayout;
    let role = scene.provider.payouts().map_err(|error| refused(operation, &error))?;
    match role.find_payout(&scene.payout(number)?).await {
        Ok(Lookup::Found(payout)) => Ok(payout.state),
        Ok(other) => Err(Flaw::new("the payout", format!("{other:?}")).in_call(operation)),
        Err(error) => Err(refused(operation, &error)),
    }
}
