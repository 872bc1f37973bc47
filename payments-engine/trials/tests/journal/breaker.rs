//! Permits are held while instructions come to nothing.

use std::time::Duration;

use payments_core::{ErrorKind, Submission};
use payments_engine::{Limits, RecordState};
use provider_mock::{Operation, Scripted, When};

use engine_trials::world::{MAIN, World, create, payout};

#[tokio::test]
async fn an_hour_of_502_makes_three_payouts_and_those_under_way_uncertain() {
    let world = World::start().await;
    let engine = world.engine_with(Limits::default().with_at_once(4), None).await;
    let page = || Scripted::Page { status: 502, when: When::BeforeBooking };
    for _ in 0..400 {
        world.gateway().script(Operation::CreatePayout, page()).unwrap();
    }
    for number in 0..400 {
        let _ = engine.submit(MAIN, &payout(&format!("P-{number}"))).await.unwrap();
    }
    for _ in 0..12 {
        for _ in 0..40 {
            world.gateway().script(Operation::FindPayout, page()).unwrap();
        }
        engine.tick().await.unwrap();
        world.clock.advance(Duration::from_secs(300));
    }
    let health = engine.health().await.unwrap();
    let uncertain = health.records.iter().find(|(state, _)| *state == RecordState::Uncertain);
    let uncertain = uncertain.map_or(0, |(_, count)| *count);
    assert!((3..=6).contains(&uncertain), "{uncertain} uncertain of 400: {health:?}");
    assert_eq!(world.instructed(), usize::try_from(uncertain).unwrap());
    assert_eq!(health.held.len(), 1, "{health:?}");
    let error = create(&engine, &payout("P-x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    engine.release(MAIN).await.unwrap();
    assert!(engine.health().await.unwrap().held.is_empty());
}

#[tokio::test]
async fn once_an_inquiry_is_answered_one_a_minute_goes_out_and_all_after_the_first_accepted() {
    let world = World::start().await;
    let engine = world.engine_with(Limits::default().with_at_once(1), None).await;
    for _ in 0..4 {
        let page = Scripted::Page { status: 502, when: When::BeforeBooking };
        world.gateway().script(Operation::CreatePayout, page).unwrap();
    }
    for number in 0..20 {
        let _ = engine.submit(MAIN, &payout(&format!("P-{number}"))).await.unwrap();
    }
    engine.tick().await.unwrap();
    assert_eq!(world.instructed(), 3);
    // The inquiries about the three are answered: the fourth goes out, and is lost too.
    world.clock.advance(Duration::from_secs(30));
    engine.tick().await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    engine.tick().await.unwrap();
    assert_eq!(world.instructed(), 4);
    world.clock.advance(Duration::from_secs(60));
    engine.tick().await.unwrap();
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(60));
        engine.tick().await.unwrap();
    }
    assert_eq!(world.instructed(), 20);
    let outcome = create(&engine, &payout("P-x")).await;
    assert!(matches!(outcome, Ok(Submission::Accepted(_))), "{outcome:?}");
}
