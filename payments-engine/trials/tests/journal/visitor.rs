//! Looking and deciding beside an engine that runs.

use std::time::Duration;

use payments_core::ErrorKind;
use payments_engine::{Decision, Limits, RecordState};
use provider_mock::Scripted;

use engine_trials::world::{MAIN, World, create, payout, reference, state};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_visitor_decides_a_case_of_the_engine_that_runs() {
    let world = World::start().await;
    let engine = world.engine_with(Limits::default().with_ask_for(MINUTE), None).await;
    world.gateway().next_payout(Scripted::lost_before_booking()).unwrap();
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    assert!(outcome.is_uncertain(), "{outcome:?}");
    world.advance(&engine, MINUTE).await;
    world.clock.advance(6 * MINUTE);

    let visitor = world.builder().visit().await.unwrap();
    let cases = visitor.cases().await.unwrap();
    let [(id, ..)] = cases.as_slice() else { panic!("{cases:?}") };
    visitor.decide(id, Decision::NeverArrived, "Lan", "HPay says so by phone").await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Failed);
    assert_eq!(visitor.history(&reference("P-1")).await.unwrap().last().unwrap().start, 0);
    visitor.stop().await;
    engine.stop().await;
}

#[tokio::test]
async fn a_visitor_sends_and_accepts_nothing() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    let visitor = world.builder().visit().await.unwrap();
    let error = create(&visitor, &payout("P-2")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let error = visitor.submit(MAIN, &payout("P-2")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let error = visitor.tick().await.unwrap_err();
    assert!(error.to_string().contains("a visitor of the store sends"), "{error}");
    assert_eq!(state(&visitor, "P-1").await, RecordState::Prepared);
    assert_eq!(world.instructed(), 0);
    visitor.stop().await;
    // The engine goes on, and no start was counted: the store is not taken for an older copy.
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    engine.stop().await;
    let engine = world.engine(None).await;
    assert!(engine.health().await.unwrap().restored.is_none());
    engine.stop().await;
}

#[tokio::test]
async fn a_store_without_the_tables_of_an_engine_has_no_visitors() {
    let world = World::start().await;
    let error = world.builder().visit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("start the engine on it first"), "{error}");
}
