//! A database that is an older copy of itself.

use std::time::Duration;

use payments_core::ErrorKind;
use payments_engine::RecordState;
use provider_mock::PayoutStart;

use engine_trials::world::{MAIN, World, create, payout, state, waits_for_a_person};

async fn run(world: &World, sql: &'static str) {
    let mut connection = world.database().connect().await;
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_dump_on_another_server_waits_for_a_person() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    world.engine(None).await.stop().await;
    // As if it had been written on another server.
    run(&world, "UPDATE payments.meta SET value = '1 ' || value WHERE key = 'identity'").await;
    waits_for_a_person(&world, 0, "another PostgreSQL server").await;
}

#[tokio::test]
async fn a_promoted_standby_waits_for_a_person() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    world.engine(None).await.stop().await;
    let sql =
        "UPDATE payments.meta SET value = regexp_replace(value, ' [0-9A-F]{8} ', ' 000000FF ')
               WHERE key = 'identity'";
    run(&world, sql).await;
    waits_for_a_person(&world, 0, "on timeline").await;
}

#[tokio::test]
async fn a_dump_restored_into_its_own_database_waits_for_a_person() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    world.engine(None).await.stop().await;
    // What pg_restore --clean does.
    let sql = "CREATE TABLE payments.copy (LIKE payments.meta INCLUDING ALL);
               INSERT INTO payments.copy SELECT * FROM payments.meta;
               DROP TABLE payments.meta;
               ALTER TABLE payments.copy RENAME TO meta";
    run(&world, sql).await;
    waits_for_a_person(&world, 0, "created again").await;
}

#[tokio::test]
async fn an_engine_whose_database_becomes_older_while_it_runs_sends_nothing() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let engine = world.engine(None).await;
    run(&world, "UPDATE payments.meta SET value = '0' WHERE key = 'starts'").await;
    // Found when its connection breaks, as at a failover.
    run(
        &world,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    let error = create(&engine, &payout("P-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(world.instructed(), 0);
    let restored = engine.health().await.unwrap().restored.unwrap();
    assert!(restored.contains("older copy"), "{restored}");
    engine.stop().await;
    // Every engine that starts finds it too, until a person accepts it.
    assert!(world.engine(None).await.health().await.unwrap().restored.is_some());
}

/// A payout was sent after the state that a failover returned to. The engine ran all the time, so
/// that the payout on record is its own.
#[tokio::test]
async fn an_accepted_store_is_asked_about_by_engines_that_went_on_and_by_those_that_start() {
    for starts_anew in [false, true] {
        let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
        let engine = world.engine(None).await;
        let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
        let _ = world.provider().payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
        run(&world, "UPDATE payments.meta SET value = '1 ' || value WHERE key = 'identity'").await;
        engine.tick().await.unwrap();
        assert!(engine.health().await.unwrap().restored.is_some());
        assert_eq!(state(&engine, "P-1").await, RecordState::Prepared);

        let why = world.builder().accept_store().await.unwrap();
        assert!(why.is_some(), "a person accepts it");
        let sender = if starts_anew { world.engine(None).await } else { engine.clone() };
        for _ in 0..3 {
            world.advance(&sender, Duration::from_secs(60)).await;
        }
        assert_eq!(state(&sender, "P-1").await, RecordState::Pending);
        assert_eq!(world.carried_out("P-1"), 1, "starts anew: {starts_anew}");

        // What is recorded afterwards is sent as usual.
        let _ = sender.submit(MAIN, &payout("P-2")).await.unwrap();
        sender.tick().await.unwrap();
        assert_eq!(state(&sender, "P-2").await, RecordState::Pending);
        assert_eq!(world.carried_out("P-2"), 1);
    }
}
