//! What is handed over is sent by the engine, in its time and once.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use payments_engine::{Engine, HandedOver, Limits, RecordState};
use provider_mock::{PayoutOutcome, Scripted};

use engine_trials::world::{MAIN, World, payout, provider_at, record, state};

#[tokio::test]
async fn what_is_handed_over_is_sent_by_the_next_pass_and_asked_about_until_it_is_final() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    for _ in 0..2 {
        let handed_over = engine.submit(MAIN, &payout("P-1")).await.unwrap();
        assert!(matches!(handed_over, HandedOver::Recorded(_)), "{handed_over:?}");
    }
    assert_eq!(world.instructed(), 0);
    let pass = engine.tick().await.unwrap();
    assert_eq!((pass.due, pass.sent), (1, 1));
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    assert_eq!(engine.tick().await.unwrap().due, 0, "not due yet");
    world.gateway().settle_payout("P-1", PayoutOutcome::Succeeded).unwrap();
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(engine.tick().await.unwrap().asked, 1);
    assert_eq!(state(&engine, "P-1").await, RecordState::Succeeded);
    world.clock.advance(Duration::from_secs(1_000_000));
    assert_eq!(engine.tick().await.unwrap().due, 0);
    assert_eq!(world.carried_out("P-1"), 1);
}

#[tokio::test]
async fn a_failed_payout_that_is_handed_over_again_is_not_acknowledged() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    for (settled, state) in [
        (PayoutOutcome::Failed, RecordState::Failed),
        (PayoutOutcome::Succeeded, RecordState::Succeeded),
    ] {
        let name = format!("P-{}", state.as_str());
        let _ = engine.submit(MAIN, &payout(&name)).await.unwrap();
        engine.tick().await.unwrap();
        world.gateway().settle_payout(&name, settled).unwrap();
        world.advance(&engine, Duration::from_secs(5)).await;
        let again = engine.submit(MAIN, &payout(&name)).await.unwrap();
        match again {
            HandedOver::Failed(record) if state == RecordState::Failed => {
                assert_eq!(record.state, state);
            }
            HandedOver::Recorded(record) if state == RecordState::Succeeded => {
                assert_eq!(record.state, state);
            }
            other => panic!("{other:?}"),
        }
        world.advance(&engine, Duration::from_secs(5)).await;
        assert_eq!(world.carried_out(&name), 1);
    }
}

#[tokio::test]
async fn what_cannot_leave_is_tried_again_and_closed_after_its_time() {
    let world = World::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let engine = Engine::builder()
        .with_store(world.store())
        .with_provider(provider_at(&url, Arc::new(world.clock.clone())))
        .with_limits(MAIN, Limits::default().with_send_for(Duration::from_secs(60)))
        .with_clock(Arc::new(world.clock.clone()))
        .without_background()
        .start()
        .await
        .unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    for _ in 0..3 {
        engine.tick().await.unwrap();
        assert_eq!(state(&engine, "P-1").await, RecordState::Prepared);
        world.clock.advance(Duration::from_secs(10));
    }
    world.clock.advance(Duration::from_secs(60));
    engine.tick().await.unwrap();
    let record = record(&engine, "P-1").await;
    assert_eq!(record.state, RecordState::NotSent);
    assert_eq!(record.not_sent.as_deref(), Some("it could not be sent in its time"));
    assert_eq!(engine.health().await.unwrap().forgotten, 0);
}

#[tokio::test]
async fn a_lost_response_is_found_by_asking() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    world.gateway().next_payout(Scripted::lost_after_booking()).unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Uncertain);
    world.clock.advance(Duration::from_secs(5));
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    assert_eq!((world.instructed(), world.carried_out("P-1")), (1, 1));
}

#[tokio::test]
async fn what_is_handed_over_while_a_call_waits_for_it_is_sent_although_the_call_fails() {
    let world = World::start().await;
    // A gateway that takes the connection and never the request: the call is under way.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let engine = Engine::builder()
        .with_store(world.store())
        .with_provider(provider_at(&url, Arc::new(world.clock.clone())))
        .with_clock(Arc::new(world.clock.clone()))
        .without_background()
        .start()
        .await
        .unwrap();
    let caller = engine.clone();
    let request = payout("P-1");
    let calling = {
        let request = request.clone();
        tokio::spawn(async move { engine_trials::world::create(&caller, &request).await })
    };
    let record = loop {
        if let Some(record) = engine.payout(&request.payout).await.unwrap() {
            break record;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(record.kind, payments_engine::RecordKind::WaitedFor);
    let HandedOver::Recorded(record) = engine.submit(MAIN, &request).await.unwrap() else {
        panic!("not recorded")
    };
    assert_eq!(record.kind, payments_engine::RecordKind::HandedOver);
    drop(listener);
    let outcome = calling.await.unwrap().unwrap();
    assert!(outcome.is_uncertain(), "{outcome:?}");
    assert_ne!(state(&engine, "P-1").await, RecordState::NotSent);
    engine.stop().await;
}

#[tokio::test]
async fn an_engine_in_the_background_sends_without_ticks() {
    let world = World::start().await;
    let engine = Engine::builder()
        .with_store(world.store())
        .with_provider(world.provider())
        .start()
        .await
        .unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    // The same reference waits for its outcome.
    let outcome = engine_trials::world::create(&engine, &payout("P-1")).await.unwrap();
    assert!(matches!(outcome, payments_core::Submission::Accepted(_)), "{outcome:?}");
    assert_eq!(world.carried_out("P-1"), 1);
    engine.stop().await;
}
