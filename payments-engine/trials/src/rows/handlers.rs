//! Handlers are called with the present record, and their writes are committed exactly once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;

use payments_engine::{
    CaseKind, Change, Decision, Engine, EngineBuilder, Fault, Handler, HandlerError, HandlerLimits,
    RecordState, Seeded, SqliteDatabase, SqliteTransaction, Store,
};

use provider_mock::PayoutOutcome;

use super::{Finding, ensure};
use crate::{
    deliveries::Deliveries,
    world::{MAIN, payout, reference},
};

/// The behaviour of the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Works,
    Fails,
    FailsWhilePending,
    Panics,
    HangsInSql,
    Waits,
    CallsTheEngine,
    EndsItsTransaction,
    Submits,
}

/// Writes a row for each change.
#[derive(Clone)]
struct Writes(Arc<State>);

struct State {
    does: Mutex<Does>,
    calls: AtomicUsize,
    engine: OnceLock<Engine>,
    /// Set by the first call.
    was_called: AtomicBool,
}

impl Writes {
    fn that(does: Does) -> Self {
        Self(Arc::new(State {
            does: Mutex::new(does),
            calls: AtomicUsize::default(),
            engine: OnceLock::new(),
            was_called: AtomicBool::default(),
        }))
    }

    fn now(&self, does: Does) {
        *self.0.does.lock().unwrap() = does;
    }

    fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Handler<SqliteTransaction> for Writes {
    async fn on_change(
        &self,
        change: &Change,
        transaction: &mut SqliteTransaction,
    ) -> Result<(), HandlerError> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        self.0.was_called.store(true, Ordering::SeqCst);
        let Change::Payout(record) = change else { return Ok(()) };
        transaction.execute(
            "INSERT INTO seen (reference, revision, state) VALUES (?1, ?2, ?3)",
            (
                record.reference().as_str(),
                i64::try_from(record.revision).unwrap(),
                record.state.as_str(),
            ),
        )?;
        let does = *self.0.does.lock().unwrap();
        match does {
            Does::Works => {}
            Does::FailsWhilePending if record.state != RecordState::Pending => {}
            Does::Fails | Does::FailsWhilePending => return Err(HandlerError::new("it fails")),
            Does::Panics => panic!("it panics"),
            Does::HangsInSql => {
                let sql = "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up)
                           SELECT count(*) FROM up";
                transaction.query_row(sql, [], |row| row.get::<_, i64>(0))?;
            }
            Does::Waits => std::future::pending().await,
            Does::CallsTheEngine => {
                let engine = self.0.engine.get().unwrap();
                engine.payout(record.reference()).await?;
            }
            Does::EndsItsTransaction => transaction.execute_batch("ROLLBACK")?,
            Does::Submits => {
                let engine = self.0.engine.get().unwrap();
                if record.reference().as_str() == "P-1" {
                    let _ = engine.submit_in(transaction, MAIN, &payout("P-2")).await?;
                }
            }
        }
        Ok(())
    }
}

/// Returns the rows that handlers wrote, in their order.
fn seen(world: &Deliveries) -> Vec<(String, i64, String)> {
    let connection = rusqlite::Connection::open(world.file()).unwrap();
    let mut statement =
        connection.prepare("SELECT reference, revision, state FROM seen ORDER BY rowid").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Returns the builder of an engine with a handler, and creates a table for it.
fn builder(world: &Deliveries, handler: &Writes, seeded: Option<Seeded>) -> EngineBuilder {
    let connection = rusqlite::Connection::open(world.file()).unwrap();
    let table = "CREATE TABLE IF NOT EXISTS seen (reference TEXT, revision INTEGER, state TEXT)";
    connection.execute_batch(table).unwrap();
    let limits = HandlerLimits::default().with_within(Duration::from_millis(300)).with_tries(3);
    world
        .builder(seeded)
        .with_handler("shop", SqliteDatabase::new(world.file()), handler.clone())
        .with_handler_limits(limits)
}

async fn start(world: &Deliveries, handler: &Writes, seeded: Option<Seeded>) -> Engine {
    let engine = builder(world, handler, seeded).start().await.unwrap();
    // An engine that its own handler holds ends only by `stop`.
    let _ = handler.0.engine.set(engine.clone());
    engine
}

/// Lets an hour pass, several times.
async fn hours(world: &Deliveries, engine: &Engine, number: usize) {
    for _ in 0..number {
        world.clock.advance(Duration::from_secs(3_600));
        engine.tick().await.unwrap();
    }
}

pub(super) async fn what_a_handler_writes_is_there_exactly_once(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::in_sqlite();
    let handler = Writes::that(Does::Works);
    // The first commit of the engine after the handler was called is refused.
    let (state, struck) = (Arc::clone(&handler.0), AtomicBool::default());
    let store = Store::sqlite(world.file()).with_faults(move |_| {
        let is_due = state.was_called.load(Ordering::SeqCst);
        (is_due && !struck.swap(true, Ordering::SeqCst)).then_some(Fault::Refused)
    });
    let engine = builder(&world, &handler, seeded).with_store(store).start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    hours(&world, &engine, 3).await;
    let seen = seen(&world);
    let mut distinct = seen.clone();
    distinct.dedup();
    ensure!(!seen.is_empty(), "the handler was not called");
    ensure!(seen == distinct, "a change was handled twice: {seen:?}");
    engine.stop().await;
    Ok(())
}

/// A handler that fails in any way leaves no row and is called again, and the engine continues.
pub(super) async fn a_handler_that_fails_is_called_again(seeded: Option<Seeded>) -> Finding {
    for does in [
        Does::Fails,
        Does::Panics,
        Does::HangsInSql,
        Does::Waits,
        Does::CallsTheEngine,
        Does::EndsItsTransaction,
    ] {
        let world = Deliveries::in_sqlite();
        let handler = Writes::that(does);
        let engine = start(&world, &handler, seeded).await;
        let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
        engine.tick().await.unwrap();
        let state = engine.payout(&reference("P-1")).await.unwrap().unwrap().state;
        ensure!(state == RecordState::Pending, "{does:?}: the engine goes on: {state:?}");
        ensure!(handler.calls() == 1, "{does:?}: called {} times", handler.calls());
        ensure!(seen(&world).is_empty(), "{does:?}: {:?}", seen(&world));
        handler.now(Does::Works);
        world.clock.advance(Duration::from_secs(1));
        engine.tick().await.unwrap();
        let seen = seen(&world);
        ensure!(handler.calls() == 2, "{does:?}: called {} times", handler.calls());
        ensure!(seen.len() == 1 && seen[0].2 == "pending", "{does:?}: {seen:?}");
        engine.stop().await;
    }
    Ok(())
}

pub(super) async fn inside_a_handler_only_submit_in_works(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::in_sqlite();
    let handler = Writes::that(Does::CallsTheEngine);
    let engine = start(&world, &handler, seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    for _ in 0..3 {
        engine.tick().await.unwrap();
        world.clock.advance(Duration::from_secs(60));
    }
    let letters = engine.dead_letters().await.unwrap();
    let hint = letters.first().map(|letter| letter.why.clone()).unwrap_or_default();
    ensure!(hint.contains("submit_in"), "{letters:?}");
    handler.now(Does::Submits);
    engine.replay(&letters[0]).await.unwrap();
    engine.tick().await.unwrap();
    engine.tick().await.unwrap();
    let second = engine.payout(&reference("P-2")).await.unwrap();
    ensure!(second.is_some(), "what the handler handed over is on record");
    engine.stop().await;
    Ok(())
}

/// A change for which a handler always fails becomes a dead letter. If it is replayed a week later,
/// the handler is given the record of that time.
pub(super) async fn a_dead_letter_is_replayed_with_the_present_record(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::in_sqlite();
    let handler = Writes::that(Does::Fails);
    let engine = start(&world, &handler, seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    hours(&world, &engine, 4).await;
    let letters = engine.dead_letters().await.unwrap();
    ensure!(letters.len() == 1 && letters[0].tries == 3, "{letters:?}");
    ensure!(handler.calls() == 3, "called {} times", handler.calls());
    ensure!(engine.health().await.unwrap().dead_letters == 1, "health does not say so");
    world.gateway.settle_payout("P-1", PayoutOutcome::Succeeded).unwrap();
    hours(&world, &engine, 24).await;
    let record = engine.payout(&reference("P-1")).await.unwrap().unwrap();
    ensure!(record.state == RecordState::Succeeded, "{:?}", record.state);
    world.clock.advance(Duration::from_secs(7 * 24 * 3_600));
    handler.now(Does::Works);
    let letters = engine.dead_letters().await.unwrap();
    ensure!(letters.len() == 1, "one for each subject: {letters:?}");
    engine.replay(&letters[0]).await.unwrap();
    engine.tick().await.unwrap();
    let seen = seen(&world);
    let present = i64::try_from(record.revision).unwrap();
    let expected = ("P-1".to_owned(), present, "succeeded".to_owned());
    ensure!(seen == [expected], "replayed: {seen:?}, the record has revision {present}");
    ensure!(engine.dead_letters().await.unwrap().is_empty(), "it is handled");
    engine.stop().await;
    Ok(())
}

pub(super) async fn after_a_dead_letter_its_subject_goes_on(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::in_sqlite();
    let handler = Writes::that(Does::FailsWhilePending);
    let engine = start(&world, &handler, seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    hours(&world, &engine, 4).await;
    ensure!(engine.dead_letters().await.unwrap().len() == 1, "it is a dead letter");
    world.gateway.settle_payout("P-1", PayoutOutcome::Succeeded).unwrap();
    hours(&world, &engine, 8).await;
    let seen = seen(&world);
    ensure!(seen.len() == 1 && seen[0].2 == "succeeded", "{seen:?}");
    ensure!(engine.dead_letters().await.unwrap().is_empty(), "a later change is handled");
    engine.stop().await;
    Ok(())
}

pub(super) async fn a_dead_letter_is_a_case_until_it_is_closed(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::in_sqlite();
    let handler = Writes::that(Does::Fails);
    let engine = start(&world, &handler, seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    hours(&world, &engine, 4).await;
    let cases = engine.cases().await.unwrap();
    let [(id, case, _)] = cases.as_slice() else { return Err(format!("{cases:?}")) };
    ensure!(case.kind == CaseKind::DeadLetter, "{case:?}");
    let health = engine.health().await.unwrap();
    ensure!(health.cases.get(&case.kind) == Some(&1), "{:?}", health.cases);
    let closed = engine.decide(id, Decision::Closed, "lan", "the shop did it by hand").await;
    ensure!(closed.is_ok(), "{closed:?}");
    ensure!(engine.dead_letters().await.unwrap().is_empty(), "a closed letter is there");
    ensure!(engine.cases().await.unwrap().is_empty(), "a closed letter is a case");
    engine.stop().await;
    Ok(())
}

pub(super) async fn a_handler_with_another_database_is_refused(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::in_sqlite();
    let other = Deliveries::in_sqlite();
    other.engine(None).await.stop().await;
    let handler = Writes::that(Does::Works);
    let elsewhere = SqliteDatabase::new(other.file());
    let started =
        world.builder(seeded).with_handler("shop", elsewhere.clone(), handler.clone()).start();
    let Err(error) = started.await else { return Err("it started".to_owned()) };
    let hint = error.to_string();
    ensure!(hint.contains("with_handler_at_least_once"), "{hint}");
    let connection = rusqlite::Connection::open(other.file()).unwrap();
    connection.execute_batch("CREATE TABLE seen (reference TEXT, revision, state)").unwrap();
    let builder = world.builder(seeded).with_handler_at_least_once("shop", elsewhere, handler);
    let engine = builder.start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    let seen = seen(&other);
    ensure!(seen.len() == 1, "at least once: {seen:?}");
    Ok(())
}

/// Changes are kept for a handler that a start left out.
pub(super) async fn a_handler_that_is_missing_loses_no_change(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::in_sqlite();
    let handler = Writes::that(Does::Works);
    builder(&world, &handler, seeded).start().await.unwrap().stop().await;
    let engine = world.engine(seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    engine.stop().await;
    world.clock.advance(Duration::from_secs(24 * 3_600));
    let engine = builder(&world, &handler, seeded).start().await.unwrap();
    engine.tick().await.unwrap();
    ensure!(seen(&world).len() == 1, "{:?}", seen(&world));
    engine.stop().await;
    let retired = world.builder(seeded).retiring_handler("shop").start().await.unwrap();
    let _ = retired.submit(MAIN, &payout("P-2")).await.unwrap();
    retired.stop().await;
    let connection = rusqlite::Connection::open(world.file()).unwrap();
    let sql = "SELECT count(*) FROM payments_task WHERE kind = 'handle'";
    let due: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    ensure!(due == 0, "{due} changes are due to a handler that was retired");
    Ok(())
}
