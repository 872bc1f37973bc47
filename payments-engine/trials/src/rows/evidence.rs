//! The evidence on which the engine trusts reports of a payout.

use std::time::Duration;

use payments_core::{Submission, rules::AbsenceRule};
use payments_engine::{CaseKind, Decision, Engine, Limits, Observation, RecordState, Seeded};
use provider_mock::Scripted;

use super::{
    Finding,
    dishonest::{Wrong, dishonest},
    ensure,
};
use crate::world::{MAIN, PATIENCE, World, create, holds_within, payout, reference, state};

const MINUTE: Duration = Duration::from_secs(60);

pub(super) async fn an_outcome_is_stored_before_it_is_returned(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    assert!(matches!(outcome, Submission::Accepted(_)), "{outcome:?}");
    let state = state(&engine, "P-1").await;
    ensure!(state == RecordState::Pending, "{state:?} after it was accepted");
    Ok(())
}

pub(super) async fn an_outcome_after_an_inquiry_is_recorded(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    world.gateway().next_payout(Scripted::delay(Duration::from_millis(500))).unwrap();
    let caller = engine.clone();
    let call = tokio::spawn(async move { create(&caller, &payout("P-1")).await });
    let arrived = holds_within(PATIENCE, async || world.carried_out("P-1") == 1).await;
    assert!(arrived, "the gateway gets the payout");
    let payouts = engine.payouts(MAIN).unwrap();
    let _ = payouts.find_payout(&reference("P-1")).await.unwrap();
    let known = state(&engine, "P-1").await;
    assert_eq!(known, RecordState::Pending, "found while it is under way");
    let _ = call.await.unwrap().unwrap();
    let history = engine.history(&reference("P-1")).await.unwrap();
    let is_recorded = history
        .iter()
        .any(|observed| matches!(observed.observation, Observation::Responded { .. }));
    ensure!(is_recorded, "the outcome is not in {history:?}");
    Ok(())
}

/// Starts an engine with a payout whose request the gateway never received.
async fn lost(world: &World, limits: Limits, seeded: Option<Seeded>) -> Engine {
    let engine = world.engine_with(limits, seeded).await;
    world.gateway().next_payout(Scripted::lost_before_booking()).unwrap();
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    assert!(outcome.is_uncertain(), "{outcome:?}");
    engine
}

pub(super) async fn an_absence_ends_nothing_before_it_was_quiet(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let limits = Limits::default().with_absence(AbsenceRule::After(Duration::ZERO));
    let engine = lost(&world, limits, seeded).await;
    for _ in 0..5 {
        world.advance(&engine, MINUTE).await;
        let state = state(&engine, "P-1").await;
        ensure!(state == RecordState::Uncertain, "{state:?} while it may still be booked");
    }
    world.advance(&engine, MINUTE).await;
    let state = state(&engine, "P-1").await;
    ensure!(state == RecordState::Failed, "{state:?} after quiet, by a rule that allows it");
    Ok(())
}

pub(super) async fn a_person_decides_nothing_before_it_was_quiet(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = lost(&world, Limits::default().with_ask_for(MINUTE), seeded).await;
    world.advance(&engine, MINUTE).await;
    let cases = engine.cases().await.unwrap();
    let [(id, case, _)] = cases.as_slice() else { return Err(format!("{} cases", cases.len())) };
    assert_eq!(case.kind, CaseKind::Unknown);
    let early = engine.decide(id, Decision::NeverArrived, "Lan", "by phone").await;
    ensure!(early.is_err(), "never arrived, said while it may still be booked");
    Ok(())
}

pub(super) async fn two_payouts_under_one_reference_are_a_case(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    let _ = world.provider().payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
    world.advance(&engine, MINUTE).await;
    let kinds: Vec<_> =
        engine.cases().await.unwrap().iter().map(|(_, case, _)| case.kind).collect();
    ensure!(kinds == [CaseKind::PaidTwice], "{kinds:?}");
    Ok(())
}

pub(super) async fn what_is_uncertain_is_asked_about(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    world.gateway().next_payout(Scripted::lost_after_booking()).unwrap();
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    for _ in 0..3 {
        world.advance(&engine, MINUTE).await;
    }
    let state = state(&engine, "P-1").await;
    ensure!(state == RecordState::Pending, "{state:?} although the gateway knows it");
    Ok(())
}

pub(super) async fn an_unconfirmed_refusal_ends_nothing(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let provider = dishonest(&world.provider(), Wrong::RefusesAfterSending);
    let engine = world.builder_of(provider).with_seeded(seeded).start().await.unwrap();
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    let early = state(&engine, "P-1").await;
    ensure!(early == RecordState::Uncertain, "{early:?}, and the gateway has booked");
    world.advance(&engine, MINUTE).await;
    let late = state(&engine, "P-1").await;
    ensure!(late == RecordState::Pending, "{late:?}, and the gateway has booked");
    Ok(())
}
