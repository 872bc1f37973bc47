//! When an absence ends a payout, and what a person decides.

use std::time::Duration;

use payments_core::{Absence, ErrorKind, Lookup, rules::AbsenceRule};
use payments_engine::{CaseId, CaseKind, Decision, Engine, Limits, RecordState};
use provider_mock::Scripted;

use engine_trials::world::{MAIN, World, create, payout, record, reference, state};

const MINUTE: Duration = Duration::from_secs(60);

/// A payout whose request the gateway never got to.
async fn lost(world: &World, limits: Limits) -> Engine {
    let engine = world.engine_with(limits, None).await;
    world.gateway().next_payout(Scripted::lost_before_booking()).unwrap();
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    assert!(outcome.is_uncertain(), "{outcome:?}");
    engine
}

async fn advance(world: &World, engine: &Engine, by: Duration) {
    world.clock.advance(by);
    engine.tick().await.unwrap();
}

#[tokio::test]
async fn an_absence_ends_a_payout_once_its_sender_is_fenced_and_it_was_quiet() {
    let world = World::start().await;
    let limits = Limits::default().with_absence(AbsenceRule::After(Duration::ZERO));
    let engine = lost(&world, limits).await;
    // Sent within 30 s, and 5 min of quiet.
    for _ in 0..5 {
        advance(&world, &engine, MINUTE).await;
        assert_eq!(state(&engine, "P-1").await, RecordState::Uncertain);
    }
    advance(&world, &engine, MINUTE).await;
    assert_eq!(state(&engine, "P-1").await, RecordState::Failed);
    let payouts = engine.payouts(MAIN).unwrap();
    let found = payouts.find_payout(&reference("P-1")).await.unwrap();
    assert_eq!(found, Lookup::Absent(Absence::Conclusive));
}

#[tokio::test]
async fn without_a_rule_a_person_is_called_and_decides_not_before_it_was_quiet() {
    let world = World::start().await;
    let engine = lost(&world, Limits::default().with_ask_for(MINUTE)).await;
    advance(&world, &engine, MINUTE).await;
    let cases = engine.cases().await.unwrap();
    let [(id, case, record)] = cases.as_slice() else { panic!("{cases:?}") };
    assert_eq!((id.to_string().as_str(), case.kind), ("payout:P-1#1", CaseKind::Unknown));
    assert_eq!(record.payout().unwrap().state, RecordState::Uncertain);
    let decide = |decision| engine.decide(id, decision, "Lan", "HPay says so by phone");
    let early = decide(Decision::NeverArrived).await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::Conflict, "{early}");
    world.clock.advance(6 * MINUTE);
    let decided = decide(Decision::NeverArrived).await.unwrap();
    assert_eq!(decided.payout().unwrap().state, RecordState::Failed);
    assert!(engine.cases().await.unwrap().is_empty());
    assert_eq!(decide(Decision::WasPaid).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(world.instructed(), 1);
}

#[tokio::test]
async fn what_turns_up_after_it_was_given_up_is_a_case() {
    let world = World::start().await;
    let limits = Limits::default().with_absence(AbsenceRule::After(Duration::ZERO));
    let engine = lost(&world, limits).await;
    advance(&world, &engine, 6 * MINUTE).await;
    assert_eq!(state(&engine, "P-1").await, RecordState::Failed);
    // The rule was not true: the gateway books it now.
    let direct = world.provider();
    let _ = direct.payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
    world.gateway().settle_payout("P-1", provider_mock::PayoutOutcome::Succeeded).unwrap();
    let payouts = engine.payouts(MAIN).unwrap();
    let _ = payouts.find_payout(&reference("P-1")).await.unwrap();
    let record = record(&engine, "P-1").await;
    let kinds: Vec<_> = record.open_cases().map(|case| case.kind).collect();
    assert_eq!((record.state, kinds), (RecordState::Failed, vec![CaseKind::Contradicted]));
}

#[tokio::test]
async fn two_payouts_under_one_reference_are_a_case_with_both() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    // Somebody bypasses the engine.
    let _ = world.provider().payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
    advance(&world, &engine, MINUTE).await;
    let cases = engine.cases().await.unwrap();
    let [(_, case, _)] = cases.as_slice() else { panic!("{cases:?}") };
    assert_eq!(case.kind, CaseKind::PaidTwice);
    assert!(case.detail.starts_with("2 payouts under it: "), "{}", case.detail);
    let id = CaseId::new(reference("P-1"), case.number);
    let closed = engine.decide(&id, Decision::Closed, "Lan", "one came back").await.unwrap();
    assert_eq!(closed.payout().unwrap().open_cases().count(), 0);
}

#[tokio::test]
async fn with_a_record_an_absence_is_conclusive_only_if_the_record_says_so() {
    let world = World::start().await;
    let engine = lost(&world, Limits::default()).await;
    let payouts = engine.payouts(MAIN).unwrap();
    let found = payouts.find_payout(&reference("P-1")).await.unwrap();
    assert!(matches!(found, Lookup::Absent(Absence::Inconclusive { .. })), "{found:?}");
}
