//! What a handler writes in its own transaction on the engine's database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use payments_engine::{
    Change, Handler, HandlerError, HandlerLimits, PostgresDatabase, PostgresTransaction,
    RecordState,
};
use provider_mock::PayoutStart;
use sqlx::Executor as _;

use engine_trials::world::{MAIN, World, payout};

/// Writes a row for each change. Its first calls fail, after it wrote, each in another way.
#[derive(Clone, Default)]
struct Writes(Arc<AtomicUsize>);

#[async_trait]
impl Handler<PostgresTransaction> for Writes {
    async fn on_change(
        &self,
        change: &Change,
        transaction: &mut PostgresTransaction,
    ) -> Result<(), HandlerError> {
        let Change::Payout(record) = change else { return Ok(()) };
        sqlx::query("INSERT INTO seen VALUES ($1, $2)")
            .bind(record.reference().as_str())
            .bind(record.state.as_str())
            .execute(&mut **transaction)
            .await?;
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => Err(HandlerError::new("it fails")),
            // An error that the handler keeps to itself: its commit would be a rollback.
            1 => {
                let _ = transaction.execute("SELECT 1 / 0").await;
                Ok(())
            }
            2 => {
                transaction.execute("ROLLBACK").await?;
                Ok(())
            }
            3 => {
                transaction.execute("SELECT pg_sleep(600)").await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_handler_on_postgres_writes_exactly_once_whatever_it_did_before() {
    let Some(world) = World::on_postgres(PayoutStart::Succeeded).await else { return };
    let mut app = world.database().connect().await;
    app.execute("CREATE TABLE seen (reference text, state text)").await.unwrap();
    let handler = Writes::default();
    let database = PostgresDatabase::new(world.database().url());
    let limits = HandlerLimits::default().with_within(Duration::from_secs(1)).with_tries(8);
    let builder = world.builder().with_handler("shop", database, handler.clone());
    let engine = builder.with_handler_limits(limits).start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    for _ in 0..8 {
        engine.tick().await.unwrap();
        world.clock.advance(Duration::from_secs(3_600));
    }
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT * FROM seen").fetch_all(&mut app).await.unwrap();
    let succeeded = RecordState::Succeeded.as_str().to_owned();
    assert_eq!(rows, [("P-1".to_owned(), succeeded)], "{} calls", handler.0.load(Ordering::SeqCst));
    assert!(handler.0.load(Ordering::SeqCst) > 4, "it failed in every way");
    assert_eq!(engine.health().await.unwrap().forgotten, 0);
    engine.stop().await;
}
