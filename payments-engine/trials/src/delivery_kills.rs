//! Children that are killed while they accept deliveries and handle changes.
//!
//! A round starts a child that accepts deliveries one after the other, reports which it
//! acknowledged, and has a handler that writes a row for each change. The parent kills it at a
//! random time. At the end every acknowledged delivery has to be booked once, and every handled
//! revision has to be handled once, including the last one of each record.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Clock as _, ManualClock, OrderRef, SystemClock, Timestamp,
    money::Money,
    notification::{Delivery, Outcome},
    payment::CreatePayment,
};
use payments_engine::{
    Change, Engine, EngineBuilder, Handler, HandlerError, Seeded, SqliteDatabase,
    SqliteTransaction, Store,
};
use provider_mock::{MockGateway, Settings};
use rusqlite::Connection;

use crate::{
    deliveries::{AMOUNT, SIGNED, received},
    world::{MAIN, PATIENCE},
};

/// The ignored test of the calling binary that is the child.
const CHILD: &str = "delivering_child";

/// The variable with the child's file, its round and the mistake in its engine.
const PLAN: &str = "ENGINE_TRIAL_DELIVERIES";

/// The number of deliveries that a child accepts.
const DELIVERIES: usize = 40;

/// The counts of a trial.
#[derive(Debug, Default)]
pub struct Counts {
    /// The number of children that were killed before they had accepted everything.
    pub counted: usize,
    /// The number of deliveries that were acknowledged.
    pub acknowledged: usize,
    /// The number of changes that were handled.
    pub handled: usize,
    /// The violations: losses, doubles.
    pub wrong: Vec<String>,
}

/// Kills children until this many were killed before their end.
pub fn run(rounds: usize, seeded: Option<Seeded>) -> Counts {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let table = "CREATE TABLE handled (order_ref TEXT, revision INTEGER)";
    let connection = Connection::open(&file).unwrap();
    connection.busy_timeout(PATIENCE).unwrap();
    connection.execute_batch(&format!("PRAGMA journal_mode = WAL; {table}")).unwrap();
    let mut counts = Counts::default();
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds * 10 {
        if counts.counted == rounds {
            break;
        }
        let before = acknowledged.len();
        round_of(&file, round, seeded, &mut acknowledged);
        counts.counted += usize::from(acknowledged.len() - before < DELIVERIES);
    }
    counts.acknowledged = acknowledged.len();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(settle(&file, seeded, &acknowledged, &mut counts));
    let sql = "SELECT order_ref, revision, count(*) FROM handled GROUP BY 1, 2 HAVING count(*) > 1";
    let mut statement = connection.prepare(sql).unwrap();
    let doubles = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    for double in doubles {
        let (order, revision, times): (_, i64, i64) = double.unwrap();
        counts.wrong.push(format!("{order}: revision {revision} was handled {times} times"));
    }
    let count = "SELECT count(*) FROM handled";
    let handled: i64 = connection.query_row(count, [], |row| row.get(0)).unwrap();
    counts.handled = usize::try_from(handled).unwrap();
    counts
}

fn round_of(file: &Path, round: usize, seeded: Option<Seeded>, said: &mut BTreeSet<String>) {
    let mistake = seeded.map(|seeded| format!("{seeded:?}")).unwrap_or_default();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", CHILD, "--nocapture"])
        .env(PLAN, format!("{}\n{round}\n{mistake}", file.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.by_ref().any(|line| line == "begins"), "the child begins");
    // Spread over the time that a child takes, the same in each run.
    std::thread::sleep(Duration::from_millis((round as u64 * 37) % 160));
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(lines.filter_map(|line| Some(line.strip_prefix("acknowledged ")?.to_owned())));
}

/// Brings the store to rest, and compares it with the acknowledged deliveries and handled changes.
async fn settle(
    file: &Path,
    seeded: Option<Seeded>,
    acknowledged: &BTreeSet<String>,
    counts: &mut Counts,
) {
    let clock = ManualClock::at(Timestamp::from_unix(SystemClock.now().unix_seconds()));
    let engine = builder(file, seeded).with_clock(Arc::new(clock.clone()));
    let engine = engine.without_background().start().await.unwrap();
    for _ in 0..5 {
        clock.advance(Duration::from_secs(130));
        engine.tick().await.unwrap();
    }
    let connection = Connection::open(file).unwrap();
    for order in acknowledged {
        let booked = received(&engine, order).await;
        if booked != AMOUNT {
            counts.wrong.push(format!("{order}: acknowledged, and {booked} are booked"));
        }
        let record = engine.payment(&OrderRef::new(order.as_str()).unwrap()).await.unwrap();
        let present = record.map_or(0, |record| record.revision);
        let sql = "SELECT coalesce(max(revision), 0) FROM handled WHERE order_ref = ?1";
        let handled: i64 = connection.query_row(sql, [order], |row| row.get(0)).unwrap();
        if handled.unsigned_abs() != present {
            counts.wrong.push(format!("{order}: {handled} is handled of {present}"));
        }
    }
    engine.stop().await;
}

fn builder(file: &Path, seeded: Option<Seeded>) -> EngineBuilder {
    Engine::builder()
        .with_store(Store::sqlite(file))
        .with_provider(gateway(0).provider(MAIN).unwrap())
        .with_handler("shop", SqliteDatabase::new(file), Writes)
        .with_seeded(seeded)
}

/// Creates a gateway with other names of transactions in each round.
fn gateway(round: u64) -> MockGateway {
    let settings = Settings::test()
        .with_clock(Arc::new(SystemClock))
        .with_seed(round)
        .with_notify_url("https://shop.example/hooks/main/events");
    MockGateway::new(settings).unwrap()
}

/// Writes a row for each change.
struct Writes;

#[async_trait]
impl Handler<SqliteTransaction> for Writes {
    async fn on_change(
        &self,
        change: &Change,
        transaction: &mut SqliteTransaction,
    ) -> Result<(), HandlerError> {
        if let Change::Payment(payment) = change {
            let values = (payment.order.as_str(), i64::try_from(payment.revision)?);
            transaction.execute("INSERT INTO handled VALUES (?1, ?2)", values)?;
        }
        Ok(())
    }
}

/// Runs the child: accepts deliveries, and reports which it acknowledged.
pub fn child() {
    let plan = std::env::var(PLAN).unwrap();
    let mut plan = plan.split('\n');
    let (file, round) = (plan.next().unwrap(), plan.next().unwrap());
    let mistake = plan.next().unwrap_or_default();
    let seeded = Seeded::ALL.into_iter().find(|seeded| format!("{seeded:?}") == mistake);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = builder(Path::new(file), seeded)
            .with_interval(Duration::from_millis(5))
            .start()
            .await
            .unwrap();
        let gateway = gateway(round.parse().unwrap());
        let provider = gateway.provider(MAIN).unwrap();
        say("begins");
        for number in 0..DELIVERIES {
            let order = format!("K{round}-{number}");
            let request =
                CreatePayment::new(OrderRef::new(order.as_str()).unwrap(), Money::vnd(AMOUNT));
            let opened = provider.payments().unwrap().create_payment(&request.unwrap()).await;
            assert!(opened.unwrap().accepted().is_ok(), "the gateway opens the order");
            gateway.pay(&order, Money::vnd(AMOUNT)).unwrap();
            let mut is_acknowledged = true;
            for delivery in gateway.take_notifications() {
                let accepted = engine.accept(MAIN, SIGNED, &Delivery::of(&delivery)).await;
                let is_kept = matches!(accepted.outcome, Outcome::Handled | Outcome::Duplicate);
                is_acknowledged &= is_kept;
            }
            if is_acknowledged {
                say(&format!("acknowledged {order}"));
            }
        }
        // Gives the handler time.
        tokio::time::sleep(Duration::from_millis(100)).await;
    });
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may have ended.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
