//! Children that accept deliveries and handle changes.
//!
//! A child accepts several deliveries at a time, reports which it acknowledged, and has a handler
//! that writes a row for each change. At the end the gateway repeats every delivery: each one that
//! was acknowledged has to be known, each order booked once, and each change handled once.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::Request;
use payments_core::{
    Clock as _, ManualClock, OrderRef, SystemClock, Timestamp,
    money::Money,
    notification::{Delivery, Outcome},
    payment::CreatePayment,
};
use payments_engine::{
    Change, Engine, EngineBuilder, Handler, HandlerError, PostgresDatabase, PostgresTransaction,
    Seeded, SqliteDatabase, SqliteTransaction,
};
use provider_mock::{MockGateway, Settings};
use rusqlite::Connection;
use sqlx::Executor as _;
use tokio::runtime::Runtime;

use super::{Counts, Interruption, Kind, Row, Wrong, read_pairs};
use crate::child::{ChildProcess, name_of, plan, say, seeded, store_at};
use crate::database::{SILENCE, wait_for};
use crate::deliveries::{AMOUNT, SIGNED, received};
use crate::random::Random;
use crate::world::{MAIN, PATIENCE, Place};

/// The kinds that are interrupted.
pub const KINDS: [Kind; 1] = [Kind::Delivery];

/// The number of deliveries that a child accepts, and of those that it accepts at the same time.
const DELIVERIES: usize = 40;
const TOGETHER: usize = 4;

/// How long the reply to a delivery is on its way.
const REPLY: Duration = Duration::from_millis(20);

/// The ignored test of the calling binary that is the child.
const CHILD: &str = "delivering_child";

/// Interrupts children until this many rounds count. The calling test binary must have an ignored
/// test `delivering_child`, which calls [`child`].
pub fn run(interruption: Interruption, rounds: usize, seeded: Option<Seeded>) -> Counts {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seeds = Cell::new(0);
    super::run(interruption, rounds, || {
        seeds.set(seeds.get() + 1);
        let place = Place::new();
        create_table(&place);
        Batch {
            runtime: &runtime,
            place,
            now: Timestamp::from_unix(SystemClock.now().unix_seconds()),
            seeded,
            rounds: Vec::new(),
            arrived: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
            random: Random::seeded(seeds.get()),
        }
    })
}

/// Creates the table of the handler.
fn create_table(place: &Place) {
    let table = "CREATE TABLE handled (order_ref TEXT, revision BIGINT)";
    if let Some(database) = &place.database {
        wait_for(async { database.connect().await.execute(table).await.map(|_| ()) }).unwrap();
        return;
    }
    let connection = Connection::open(place.text()).unwrap();
    connection.busy_timeout(PATIENCE).unwrap();
    connection.execute_batch(&format!("PRAGMA journal_mode = WAL; {table}")).unwrap();
}

struct Batch<'a> {
    runtime: &'a Runtime,
    place: Place,
    now: Timestamp,
    seeded: Option<Seeded>,
    rounds: Vec<usize>,
    /// The orders whose deliveries arrived, and those whose deliveries got a reply.
    arrived: BTreeSet<String>,
    acknowledged: BTreeSet<String>,
    random: Random,
}

impl super::Batch for Batch<'_> {
    fn round(&mut self, interruption: Interruption, round: usize) -> Vec<(Kind, Row)> {
        self.rounds.push(round);
        let now = self.now.unix_seconds().to_string();
        let plan = [&*self.place.text(), &now, &round.to_string(), &name_of(self.seeded)];
        let mut process = ChildProcess::start(CHILD, &plan);
        assert!(process.hear_until("begins", |_| {}), "the child begins");
        let lines = self.random.below(2 * DELIVERIES as u64);
        process.hear(lines, |line| self.note(line));
        sleep(Duration::from_micros(self.random.below(5_000)));
        match interruption {
            Interruption::Killed => {
                process.kill(|line| self.note(line));
                self.rows(round)
            }
            Interruption::Stopped => {
                process.stop();
                process.hear_until_silent(|line| self.note(line));
                let rows = self.rows(round);
                if self.place.database.is_some() {
                    self.take_over();
                }
                process.resume();
                process.finish(|line| self.note(line));
                rows
            }
        }
    }

    /// Compares the store with the acknowledged deliveries and the handled changes.
    fn settle(self, counts: &mut Counts) {
        if self.place.database.is_some() {
            sleep(SILENCE + Duration::from_millis(200));
        }
        self.runtime.block_on(self.check(counts));
    }
}

impl Batch<'_> {
    fn note(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("arrived", order)) => drop(self.arrived.insert(order.to_owned())),
            Some(("acknowledged", order)) => drop(self.acknowledged.insert(order.to_owned())),
            _ => {}
        }
    }

    /// Returns where the deliveries of a round were interrupted.
    fn rows(&self, round: usize) -> Vec<(Kind, Row)> {
        let sql = "SELECT reference, CAST(revision AS TEXT) FROM payments_payment";
        let revisions: BTreeMap<_, _> = read_pairs(&self.place.text(), sql).into_iter().collect();
        let handled = self.handled();
        let prefix = format!("K{round}-");
        let arrived = self.arrived.iter().filter(|order| order.starts_with(&prefix));
        let rows = arrived.filter_map(|order| match revisions.get(order) {
            None => Some(Row::BeforeTheRecord),
            Some(_) if !self.acknowledged.contains(order) => Some(Row::BeforeTheReply),
            Some(revision) if handled.get(order) != Some(revision) => Some(Row::BeforeTheHandler),
            Some(_) => None,
        });
        rows.map(|row| (Kind::Delivery, row)).collect()
    }

    /// Returns the last handled revision of each order.
    fn handled(&self) -> BTreeMap<String, String> {
        let sql = "SELECT order_ref, CAST(max(revision) AS TEXT) FROM handled GROUP BY order_ref";
        read_pairs(&self.place.text(), sql).into_iter().collect()
    }

    /// Lets another engine do the work of a stopped one, as soon as that was silent for long enough.
    fn take_over(&self) {
        sleep(SILENCE + Duration::from_millis(200));
        self.runtime.block_on(async {
            let clock = ManualClock::at(self.now);
            let engine = self.builder(gateway(self.now, 0), clock).start().await.unwrap();
            engine.tick().await.unwrap();
            engine.stop().await;
        });
    }

    fn builder(&self, gateway: MockGateway, clock: ManualClock) -> EngineBuilder {
        builder(&self.place.text(), &gateway, clock, self.seeded).without_background()
    }

    async fn check(&self, counts: &mut Counts) {
        let clock = ManualClock::at(self.now);
        let engine = self.builder(gateway(self.now, 0), clock.clone()).start().await.unwrap();
        for round in &self.rounds {
            for (order, delivery) in deliveries(&gateway(self.now, *round), *round).await {
                let accepted = engine.accept(MAIN, SIGNED, &Delivery::of(&delivery)).await;
                let is_known = accepted.outcome == Outcome::Duplicate;
                if self.acknowledged.contains(&order) && !is_known {
                    let said = format!("{order}: acknowledged, and {:?}", accepted.outcome);
                    counts.wrong.push((Wrong::Loss, said));
                }
            }
        }
        for _ in 0..5 {
            engine.tick().await.unwrap();
            clock.advance(Duration::from_secs(130));
        }
        let handled = self.handled();
        for order in self.rounds.iter().flat_map(|round| orders(*round)) {
            let booked = received(&engine, &order).await;
            if booked != AMOUNT {
                let wrong = if booked > AMOUNT { Wrong::Double } else { Wrong::Loss };
                counts.wrong.push((wrong, format!("{order}: {booked} are booked")));
            }
            let record = engine.payment(&OrderRef::new(&*order).unwrap()).await.unwrap();
            let present = record.map(|record| record.revision.to_string());
            if handled.get(&order) != present.as_ref() {
                let said = format!("{order}: {:?} is handled of {present:?}", handled.get(&order));
                counts.wrong.push((Wrong::Loss, said));
            }
        }
        let sql = "SELECT order_ref, CAST(count(*) AS TEXT) FROM handled
                   GROUP BY order_ref, revision HAVING count(*) > 1";
        for (order, times) in read_pairs(&self.place.text(), sql) {
            counts.wrong.push((Wrong::Double, format!("{order}: handled {times} times")));
        }
        let health = engine.health().await.unwrap();
        if health.forgotten > 0 {
            counts.wrong.push((Wrong::NotAtRest, format!("{health:?}")));
        }
        counts.before_a_person += engine.cases().await.unwrap().len();
        counts.asked += self.acknowledged.len();
        counts.done += handled.len();
        engine.stop().await;
    }
}

fn builder(
    place: &str,
    gateway: &MockGateway,
    clock: ManualClock,
    seeded: Option<Seeded>,
) -> EngineBuilder {
    let builder = Engine::builder()
        .with_store(store_at(place))
        .with_provider(gateway.provider(MAIN).unwrap())
        .with_clock(Arc::new(clock))
        .with_seeded(seeded);
    if place.starts_with("postgres:") {
        builder.with_handler("shop", PostgresDatabase::new(place), Writes)
    } else {
        builder.with_handler("shop", SqliteDatabase::new(place), Writes)
    }
}

/// Returns the gateway of a round: with the same time and round it makes the same deliveries.
fn gateway(now: Timestamp, round: usize) -> MockGateway {
    let settings = Settings::test()
        .with_clock(Arc::new(ManualClock::at(now)))
        .with_seed(round as u64)
        .with_notify_url("https://shop.example/hooks/main/events");
    MockGateway::new(settings).unwrap()
}

/// Returns the names of the orders of a round.
fn orders(round: usize) -> impl Iterator<Item = String> {
    (0..DELIVERIES).map(move |number| format!("K{round}-{number}"))
}

/// Returns what the gateway reports of the orders of a round, each with its order.
async fn deliveries(gateway: &MockGateway, round: usize) -> Vec<(String, Request<Bytes>)> {
    let provider = gateway.provider(MAIN).unwrap();
    let mut deliveries = Vec::new();
    for order in orders(round) {
        let request = CreatePayment::new(OrderRef::new(&*order).unwrap(), Money::vnd(AMOUNT));
        let opened = provider.payments().unwrap().create_payment(&request.unwrap()).await;
        assert!(opened.unwrap().accepted().is_ok(), "the gateway opens the order");
        gateway.take_notifications();
        gateway.pay(&order, Money::vnd(AMOUNT)).unwrap();
        let mut of_it = gateway.take_notifications();
        of_it.retain(|one| String::from_utf8_lossy(one.body()).contains("payment."));
        deliveries.extend(of_it.pop().map(|delivery| (order, delivery)));
    }
    deliveries
}

/// A handler that writes a row for each change of a payment, in the transaction that it is given.
#[derive(Clone, Copy, Debug)]
pub struct Writes;

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

#[async_trait]
impl Handler<PostgresTransaction> for Writes {
    async fn on_change(
        &self,
        change: &Change,
        transaction: &mut PostgresTransaction,
    ) -> Result<(), HandlerError> {
        if let Change::Payment(payment) = change {
            sqlx::query("INSERT INTO handled VALUES ($1, $2)")
                .bind(payment.order.as_str())
                .bind(i64::try_from(payment.revision)?)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }
}

/// Runs the child: accepts deliveries, and reports which it acknowledged.
pub fn child() {
    let [place, now, round, mistake] = plan();
    let (now, round) = (Timestamp::from_unix(now.parse().unwrap()), round.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let gateway = gateway(now, round);
        let deliveries = deliveries(&gateway, round).await;
        let engine = builder(&place, &gateway, ManualClock::at(now), seeded(&mistake))
            .with_interval(Duration::from_millis(5))
            .start()
            .await
            .unwrap();
        say("begins");
        let engine = &engine;
        let accepting = deliveries.iter().map(async |(order, delivery)| {
            say(&format!("arrived {order}"));
            let accepted = engine.accept(MAIN, SIGNED, &Delivery::of(delivery)).await;
            tokio::time::sleep(REPLY).await;
            if matches!(accepted.outcome, Outcome::Handled | Outcome::Duplicate) {
                say(&format!("acknowledged {order}"));
            }
        });
        futures_util::stream::iter(accepting).buffer_unordered(TOGETHER).count().await;
        // Gives the handler time.
        tokio::time::sleep(Duration::from_millis(100)).await;
    });
}
