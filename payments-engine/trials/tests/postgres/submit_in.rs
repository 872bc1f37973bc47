//! A payout in the app's own transaction is sent exactly if the app commits.

use payments_core::ErrorKind;
use payments_engine::{HandedOver, RecordState};
use provider_mock::PayoutStart;
use sqlx::{Connection as _, Executor as _};

use engine_trials::world::{MAIN, World, payout, payout_of, reference, state};

#[tokio::test]
async fn it_is_sent_after_the_apps_commit_and_never_after_its_roll_back() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let engine = world.engine(None).await;
    let mut app = world.database().connect().await;
    app.execute("CREATE TABLE salaries (payout text)").await.unwrap();
    for (name, commits) in [("P-1", true), ("P-2", false)] {
        let mut change = app.begin().await.unwrap();
        let insert = sqlx::query("INSERT INTO salaries VALUES ($1)").bind(name);
        insert.execute(&mut *change).await.unwrap();
        let _ = engine.submit_in(&mut change, MAIN, &payout(name)).await.unwrap();
        if commits {
            change.commit().await.unwrap();
        } else {
            change.rollback().await.unwrap();
        }
    }
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    assert!(engine.payout(&reference("P-2")).await.unwrap().is_none());
    let sql = "SELECT count(*) FROM salaries";
    let salaries: i64 = sqlx::query_scalar(sql).fetch_one(&mut app).await.unwrap();
    assert_eq!((salaries, world.instructed()), (1, 1));
}

#[tokio::test]
async fn two_transactions_of_one_reference_are_one_payout_and_leave_both_usable() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let engine = world.engine(None).await;
    let (mut first, mut second) =
        (world.database().connect().await, world.database().connect().await);
    let mut first = first.begin().await.unwrap();
    let _ = engine.submit_in(&mut first, MAIN, &payout("P-1")).await.unwrap();
    let caller = engine.clone();
    let waiting = tokio::spawn(async move {
        let mut second = second.begin().await.unwrap();
        let again = caller.submit_in(&mut second, MAIN, &payout("P-1")).await;
        let other = caller.submit_in(&mut second, MAIN, &payout_of("P-1", 60_000)).await;
        second.execute("SELECT 1").await.unwrap();
        second.commit().await.unwrap();
        (again, other)
    });
    first.commit().await.unwrap();
    let (again, other) = waiting.await.unwrap();
    assert!(matches!(again, Ok(HandedOver::Recorded(_))), "{again:?}");
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Conflict);
    engine.tick().await.unwrap();
    assert_eq!((world.instructed(), world.carried_out("P-1")), (1, 1));
}

#[tokio::test]
async fn a_transaction_whose_commit_may_be_lost_is_refused() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let engine = world.engine(None).await;
    let mut app = world.database().connect().await;
    let mut change = app.begin().await.unwrap();
    change.execute("SET LOCAL synchronous_commit = off").await.unwrap();
    let error = engine.submit_in(&mut change, MAIN, &payout("P-1")).await.unwrap_err();
    assert!(error.to_string().contains("set it to on"), "{error}");
}

#[tokio::test]
async fn a_payout_in_a_transaction_on_another_store_is_refused() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let Some(other) = World::on_postgres(PayoutStart::Pending).await else { return };
    other.engine(None).await.stop().await;
    let engine = world.engine(None).await;
    let mut app = other.database().connect().await;
    let mut change = app.begin().await.unwrap();
    let error = engine.submit_in(&mut change, MAIN, &payout("P-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(error.to_string().contains("is not the one that the engine stores in"), "{error}");
    change.commit().await.unwrap();
    let rows = sqlx::query_scalar("SELECT count(*) FROM payments.payout");
    assert_eq!(rows.fetch_one(&mut app).await.ok(), Some(0_i64));
}
