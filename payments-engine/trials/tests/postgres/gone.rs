//! A server that is gone for a while, and a table that is locked.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{ErrorKind, Submission, SystemClock};
use payments_engine::{Engine, HandedOver, RecordState, Store};
use provider_mock::PayoutStart;

use engine_trials::database::SILENCE;
use engine_trials::proxy::Proxy;
use engine_trials::world::{
    MAIN, PATIENCE, World, create, holds_within, payout, provider_at, reference,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_gone_nothing_is_promised_or_sent() {
    let Some(world) = World::on_postgres(PayoutStart::Succeeded).await else { return };
    let proxy = Proxy::start(world.database().port(), |_| None).await;
    let store = Store::postgres(world.database().url_at(proxy.port())).with_silence(SILENCE);
    let engine = Engine::builder()
        .with_store(store)
        .with_provider(provider_at(&world.simulator.url(), Arc::new(SystemClock)))
        .with_interval(Duration::from_millis(20))
        .start()
        .await
        .unwrap();
    let before = engine.submit(MAIN, &payout("P-before")).await.unwrap();
    assert!(matches!(before, HandedOver::Recorded(_)), "{before:?}");

    proxy.set_gone(true);
    for round in 0..3 {
        // The first one may have begun on the connection that was cut.
        match engine.submit(MAIN, &payout(&format!("S-{round}"))).await {
            Ok(HandedOver::Unknown { .. }) if round == 0 => {}
            Err(error) => assert!(error.to_string().contains("nothing was sent"), "{error}"),
            other => panic!("promised without a server: {other:?}"),
        }
        match create(&engine, &payout(&format!("C-{round}"))).await {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}"),
            other => panic!("sent without a server: {other:?}"),
        }
        assert!(engine.health().await.is_err());
    }
    for name in (0..3).flat_map(|round| [format!("S-{round}"), format!("C-{round}")]) {
        assert_eq!(world.carried_out(&name), 0, "{name}");
    }

    proxy.set_gone(false);
    let is_back = holds_within(PATIENCE, async || engine.health().await.is_ok()).await;
    assert!(is_back, "the engine connects again");
    let after = create(&engine, &payout("C-1")).await;
    assert!(matches!(after, Ok(Submission::Accepted(_))), "the same call again: {after:?}");
    let is_sent = holds_within(PATIENCE, async || {
        let record = engine.payout(&reference("P-before")).await.unwrap().unwrap();
        record.state == RecordState::Succeeded
    });
    assert!(is_sent.await, "what was promised before is sent");
    let waited_for = engine.payout(&reference("C-0")).await.unwrap();
    let state = waited_for.map(|record| record.state);
    assert!(state.is_none_or(|state| state == RecordState::NotSent), "{state:?}");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_locked_is_an_error_and_sends_nothing() {
    let Some(world) = World::on_postgres(PayoutStart::Succeeded).await else { return };
    let engine = world.engine(None).await;
    let mut other = world.database().connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE payments.payout IN ACCESS EXCLUSIVE MODE")
        .execute(&mut other)
        .await
        .unwrap();
    let error = create(&engine, &payout("P-1")).await.unwrap_err();
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(world.carried_out("P-1"), 0);
    let outcome = create(&engine, &payout("P-1")).await;
    assert!(matches!(outcome, Ok(Submission::Accepted(_))), "{outcome:?}");
    engine.stop().await;
}
