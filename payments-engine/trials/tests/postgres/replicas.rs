//! Two engines on one database.

use std::time::Duration;

use payments_core::{Submission, payout::PayoutState};
use payments_engine::{Limits, Observation, RecordState};
use provider_mock::{PayoutStart, Scripted};

use engine_trials::database::SILENCE;
use engine_trials::world::{
    MAIN, PATIENCE, World, create, holds_within, payout, record, reference, state,
};

#[tokio::test]
async fn a_payout_handed_over_to_one_is_sent_by_the_other_once_and_without_asking() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let (first, second) = (world.engine(None).await, world.engine(None).await);
    let _ = first.submit(MAIN, &payout("P-1")).await.unwrap();
    let pass = second.tick().await.unwrap();
    assert_eq!((pass.sent, pass.asked), (1, 0), "the first engine runs");
    assert_eq!(first.tick().await.unwrap().due, 0);
    assert_eq!(world.carried_out("P-1"), 1);
    assert_eq!(state(&first, "P-1").await, RecordState::Pending);
}

#[tokio::test]
async fn sixteen_callers_at_two_engines_leave_one_booking_and_one_outcome() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let engines = [world.engine(None).await, world.engine(None).await];
    world.gateway().next_payout(Scripted::delay(Duration::from_millis(200))).unwrap();
    let request = payout("P-1");
    let calls = (0..16).map(|number| create(&engines[number % 2], &request));
    for outcome in futures_util::future::join_all(calls).await {
        let Ok(Submission::Accepted(payout)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(payout.state, PayoutState::Pending);
    }
    assert_eq!(world.carried_out("P-1"), 1);
}

#[tokio::test]
async fn one_that_starts_leaves_the_work_of_one_that_runs_alone() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let first = world.engine(None).await;
    world.gateway().next_payout(Scripted::delay(Duration::from_millis(500))).unwrap();
    let caller = first.clone();
    let call = tokio::spawn(async move { create(&caller, &payout("P-1")).await });
    let arrived = holds_within(PATIENCE, async || world.carried_out("P-1") == 1).await;
    assert!(arrived, "the gateway gets the payout");
    let second = world.engine(None).await;
    second.tick().await.unwrap();
    assert_eq!(state(&second, "P-1").await, RecordState::Submitting, "its sender runs");
    assert!(matches!(call.await.unwrap(), Ok(Submission::Accepted(_))));
    let history = second.history(&reference("P-1")).await.unwrap();
    let is_interrupted =
        history.iter().any(|one| matches!(one.observation, Observation::Interrupted));
    assert!(!is_interrupted, "{history:#?}");
}

#[tokio::test]
async fn what_a_silent_engine_left_is_taken_over_and_asked_for() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let store = || world.database().store().with_silence(SILENCE);
    let first = world.builder().with_store(store()).start().await.unwrap();
    let second = world.builder().with_store(store()).start().await.unwrap();
    // Without ticks the first engine is silent, and its call is under way.
    world.gateway().next_payout(Scripted::delay(3 * SILENCE)).unwrap();
    let caller = first.clone();
    let call = tokio::spawn(async move { create(&caller, &payout("P-1")).await });
    let arrived = holds_within(PATIENCE, async || world.carried_out("P-1") == 1).await;
    assert!(arrived, "the gateway gets the payout");
    let is_found = holds_within(PATIENCE, async || {
        second.tick().await.unwrap();
        state(&second, "P-1").await == RecordState::Pending
    });
    assert!(is_found.await, "asked for once its engine is silent");
    // The late outcome of the first is recorded, whoever works on the payout by then.
    assert!(matches!(call.await.unwrap(), Ok(Submission::Accepted(_))));
    let history = second.history(&reference("P-1")).await.unwrap();
    let has = |is: fn(&Observation) -> bool| history.iter().any(|one| is(&one.observation));
    assert!(has(|one| matches!(one, Observation::Interrupted)), "{history:#?}");
    assert!(has(|one| matches!(one, Observation::Responded { token: Some(_), .. })));
    assert_eq!(record(&second, "P-1").await.open_cases().count(), 0);
    assert_eq!(world.carried_out("P-1"), 1);
}

#[tokio::test]
async fn permits_that_one_holds_are_held_for_all() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let limits = Limits::default().with_at_once(1);
    let first = world.engine_with(limits.clone(), None).await;
    let second = world.engine_with(limits, None).await;
    for number in 0..3 {
        let page = Scripted::Page { status: 502, when: provider_mock::When::BeforeBooking };
        world.gateway().next_payout(page).unwrap();
        let engine = if number == 1 { &second } else { &first };
        assert!(create(engine, &payout(&format!("P-{number}"))).await.unwrap().is_uncertain());
    }
    assert_eq!(second.health().await.unwrap().held.len(), 1);
    assert!(create(&second, &payout("P-3")).await.is_err());
    assert_eq!(world.instructed(), 3);
}
