//! What an engine finds that begins after another was killed.

use std::time::Duration;

use payments_engine::{HandedOver, RecordState, Seeded};
use provider_mock::{Scripted, When};

use super::{Finding, ensure};
use crate::world::{MAIN, PATIENCE, World, holds_within, payout, reference, state};

pub(super) async fn killed_after_the_send_it_is_not_sent_again(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let silence = Scripted::NoAnswer { when: When::AfterBooking };
    world.gateway().next_payout(silence).unwrap();
    let builder = world.builder().with_interval(Duration::from_millis(20));
    let engine = builder.with_seeded(seeded).start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    let arrived = holds_within(PATIENCE, async || world.carried_out("P-1") == 1).await;
    assert!(arrived, "the gateway gets the payout");
    engine.kill().await;
    let engine = world.engine(seeded).await;
    engine.tick().await.unwrap();
    world.advance(&engine, Duration::from_secs(10)).await;
    let (times, state) = (world.carried_out("P-1"), state(&engine, "P-1").await);
    ensure!(times == 1, "carried out {times} times");
    ensure!(state == RecordState::Pending, "{state:?} although the gateway knows it");
    Ok(())
}

pub(super) async fn what_a_copy_of_the_store_does_not_know_is_asked_for(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.stop().await;
    // What the copy does not know of: it was sent.
    let _ = world.provider().payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
    let engine = world.engine(seeded).await;
    engine.tick().await.unwrap();
    let times = world.carried_out("P-1");
    ensure!(times == 1, "carried out {times} times");
    Ok(())
}

pub(super) async fn what_was_acknowledged_survives_a_kill(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let handed_over = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    assert!(matches!(handed_over, HandedOver::Recorded(_)), "{handed_over:?}");
    engine.kill().await;
    let engine = world.engine(seeded).await;
    let record = engine.payout(&reference("P-1")).await.unwrap();
    ensure!(record.is_some(), "it was acknowledged, and it is lost");
    Ok(())
}
