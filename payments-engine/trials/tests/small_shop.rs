//! The shop of forty lines, as a process that is killed while buyers pay and money is paid out.
//!
//! `cargo test -p engine-trials --test small_shop -- --nocapture` prints what it counted; the number of
//! kills is set by `ENGINE_TRIAL_SHOP_KILLS`. The gateway is in the parent and would pay a repeated
//! reference again. Whoever got no reply asks again after the restart, as buyers, gateways and back
//! offices do.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a trial stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engine_trials::{
    count,
    world::{MAIN, PATIENCE, free_port, holds_within, payout, provider_at, reference},
};
use futures_util::future::{join, join_all};
use http::{Method, Request};
use payments_core::{OrderRef, SystemClock, money::Money, rules::Repeat};
use payments_engine::{Engine, OpeningState, RecordState, Store};
use provider_kit::transport::{Call, HttpClient, HttpClientSettings, Transport};
use provider_mock::{
    MockGateway, Operation, PayoutStart, Settings,
    simulator::{MockSimulator, SimulatorSettings},
};
use rusqlite::Connection;
use simulator_kit::Receipt;
use tempfile::TempDir;

#[path = "../../../payments/examples/small_shop.rs"]
mod small_shop;

const SOURCE: &str = include_str!("../../../payments/examples/small_shop.rs");

/// How many orders and how many payouts begin while a child runs.
const EACH: usize = 6;

/// How long the shop may take to come to rest: it asks about what is in doubt every few seconds.
const AT_REST: Duration = Duration::from_secs(120);

/// How many bags there are at first.
const BAGS: i64 = 1_000_000;

/// What was begun and got no reply yet, or did.
#[derive(Debug, Default)]
struct Asked {
    orders: BTreeSet<String>,
    payouts: BTreeSet<String>,
    /// Orders that the buyer paid.
    paid: BTreeSet<String>,
    /// Payouts that the shop said it has.
    recorded: BTreeSet<String>,
    /// Notifications without a reply of success.
    unheard: BTreeSet<String>,
}

impl Asked {
    /// How many requests wait for a reply.
    fn waiting(&self) -> usize {
        self.orders.len() + self.payouts.len() + self.unheard.len()
    }
}

struct World {
    gateway: MockSimulator,
    folder: TempDir,
    port: u16,
    client: Arc<dyn Transport>,
}

impl World {
    async fn start() -> Self {
        let port = free_port();
        let settings = Settings::test()
            .with_payout_repeat(Repeat::PaysAgain)
            .with_payout_start(PayoutStart::Succeeded);
        let settings = SimulatorSettings::test()
            .with_gateway(settings)
            .with_notify_url(format!("http://127.0.0.1:{port}/hooks/{MAIN}/events"));
        let gateway = MockSimulator::start(settings).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let Settings { api_key, webhook_secret, .. } = gateway.gateway().settings();
        let text = format!(
            "[providers.{MAIN}]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = '{api_key}'\n\
             webhook_secret = '{webhook_secret}'\nurl = '{}'\npayout_repeat = 'pays-again'\n\
             [engine]\nstore = 'sqlite:shop.db'\n",
            gateway.url()
        );
        std::fs::write(folder.path().join("payments.toml"), text).unwrap();
        let client = HttpClientSettings::default().with_timeout(Duration::from_secs(10));
        let client = Arc::new(HttpClient::new(client).unwrap());
        let world = Self { gateway, folder, port, client };
        let tables = format!(
            "PRAGMA journal_mode = WAL; CREATE TABLE shipped (order_ref TEXT PRIMARY KEY);
             CREATE TABLE stock (bags INTEGER); INSERT INTO stock VALUES ({BAGS});"
        );
        world.database().execute_batch(&tables).unwrap();
        world
    }

    fn gateway(&self) -> &MockGateway {
        self.gateway.gateway()
    }

    fn database(&self) -> Connection {
        let connection = Connection::open(self.folder.path().join("shop.db")).unwrap();
        connection.busy_timeout(PATIENCE).unwrap();
        connection
    }

    fn number(&self, sql: &str) -> i64 {
        self.database().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Starts the shop, and returns once it listens.
    async fn open_shop(&self) -> Process {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "child", "--nocapture"])
            .current_dir(self.folder.path())
            .env("SHOP_ADDRESS", format!("127.0.0.1:{}", self.port))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let process = Process(child);
        let listens =
            async || tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok();
        assert!(holds_within(PATIENCE, listens).await, "the shop does not listen");
        process
    }

    /// Posts to the shop, and returns the text of a reply of success.
    async fn post(&self, path: &str, body: Vec<u8>) -> Option<String> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://127.0.0.1:{}{path}", self.port))
            .header("content-type", "application/json")
            .body(Bytes::from(body))
            .unwrap();
        let reply = self.client.inquire(Call::inquiry("shop", request)).await.ok()?;
        let is_success = reply.status().is_success();
        is_success.then(|| String::from_utf8_lossy(reply.body()).into_owned())
    }

    /// A buyer orders, and pays once the shop shows how.
    async fn buy(&self, order: &str) -> Option<Vec<String>> {
        let shown = self.post(&format!("/orders/{order}"), Vec::new()).await?;
        if !shown.starts_with("Accepted") {
            return None;
        }
        let paid = self.gateway.pay(order, Money::vnd(50_000)).await.unwrap();
        Some(unheard(&paid.receipts))
    }

    async fn pay_out(&self, name: &str) -> bool {
        let body = serde_json::to_vec(&payout(name)).unwrap();
        self.post("/payouts", body).await.is_some_and(|reply| reply.starts_with("Recorded"))
    }

    /// Does again what got no reply.
    async fn ask_again(&self, asked: &mut Asked) {
        for id in std::mem::take(&mut asked.unheard) {
            let receipts = self.gateway.redeliver(&id).await.unwrap();
            asked.unheard.extend(unheard(&receipts));
        }
        let orders =
            join_all(asked.orders.iter().map(async |order| (order.clone(), self.buy(order).await)));
        let payouts = join_all(
            asked.payouts.iter().map(async |name| (name.clone(), self.pay_out(name).await)),
        );
        let (orders, payouts) = join(orders, payouts).await;
        for (order, paid) in orders {
            if let Some(notifications) = paid {
                asked.orders.remove(&order);
                asked.paid.insert(order);
                asked.unheard.extend(notifications);
            }
        }
        for (name, _) in payouts.into_iter().filter(|(_, is_recorded)| *is_recorded) {
            asked.payouts.remove(&name);
            asked.recorded.insert(name);
        }
    }

    /// How many of the paid orders are shipped.
    fn shipped(&self) -> usize {
        usize::try_from(self.number("SELECT count(*) FROM shipped")).unwrap()
    }

    /// Whether the shop has done everything about what it acknowledged.
    fn is_done(&self, asked: &Asked) -> bool {
        self.shipped() == asked.paid.len() && asked.recorded.iter().all(|name| self.sent(name) > 0)
    }

    /// How often the gateway carried a payout out.
    fn sent(&self, payout: &str) -> usize {
        self.gateway().carried_out(Operation::CreatePayout, payout)
    }

    /// An engine that looks at the store beside the one of the shop.
    async fn visitor(&self) -> Engine {
        Engine::builder()
            .with_store(Store::sqlite(self.folder.path().join("shop.db")))
            .with_provider(provider_at(&self.gateway.url(), Arc::new(SystemClock)))
            .visit()
            .await
            .unwrap()
    }
}

/// A child process, which ends with it.
struct Process(Child);

impl Process {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The notifications that got no reply of success.
fn unheard(receipts: &[Receipt]) -> Vec<String> {
    let is_unheard =
        |receipt: &&Receipt| !receipt.status().is_some_and(|status| status.is_success());
    let id = |receipt: &Receipt| {
        let body: serde_json::Value = serde_json::from_slice(receipt.request.body()).unwrap();
        body.get("id").unwrap().as_str().unwrap().to_owned()
    };
    receipts.iter().filter(is_unheard).map(id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_of_forty_lines_loses_nothing_and_does_nothing_twice() {
    let world = World::start().await;
    let kills = count("ENGINE_TRIAL_SHOP_KILLS", 50);
    let (mut asked, mut counted, mut rounds) = (Asked::default(), 0, 0);
    let mut every = (BTreeSet::new(), BTreeSet::new());
    while counted < kills && rounds < kills * 10 {
        for number in 0..EACH {
            asked.orders.insert(format!("S{rounds}-{number}"));
            asked.payouts.insert(format!("P{rounds}-{number}"));
        }
        every.0.extend(asked.orders.iter().cloned());
        every.1.extend(asked.payouts.iter().cloned());
        let mut shop = world.open_shop().await;
        // Spread over the time that all of it takes, the same in each run.
        let after = Duration::from_millis((rounds as u64 * 37) % 120);
        let killing = async {
            tokio::time::sleep(after).await;
            shop.kill();
        };
        join(world.ask_again(&mut asked), killing).await;
        rounds += 1;
        // Killed in the middle, or there was nothing to interrupt.
        counted += usize::from(asked.waiting() > 0 || !world.is_done(&asked));
    }
    assert_eq!(counted, kills, "too few kills were in the middle of {rounds} rounds");

    let _shop = world.open_shop().await;
    let engine = world.visitor().await;
    let mut uncertain = (0, 0);
    let is_at_rest = async || {
        world.ask_again(&mut asked).await;
        uncertain = (0, 0);
        for order in &asked.orders {
            let record = engine.payment(&OrderRef::new(order).unwrap()).await.unwrap();
            let state = record.map(|record| record.openings[0].state);
            let is_there = world.gateway().carried_out(Operation::CreatePayment, order) > 0;
            uncertain.0 += usize::from(state == Some(OpeningState::Uncertain) && !is_there);
        }
        let unsent = asked.recorded.iter().filter(|name| world.sent(name) == 0);
        let unsent: Vec<_> = unsent.collect();
        for name in &unsent {
            let record = engine.payout(&reference(name)).await.unwrap().unwrap();
            uncertain.1 += usize::from(record.state == RecordState::Uncertain);
        }
        asked.payouts.is_empty()
            && asked.unheard.is_empty()
            && uncertain == (asked.orders.len(), unsent.len())
            && world.shipped() == asked.paid.len()
    };
    assert!(holds_within(AT_REST, is_at_rest).await, "it does not come to rest: {asked:#?}");
    println!(
        "| {} lines, {kills} kills in {rounds} rounds | |\n|---|---|\n\
         | orders paid, and shipped | {}, {} |\n| payouts recorded, and paid | {}, {} |\n\
         | openings and payouts that never left, and may have | {}, {} |",
        lines(),
        asked.paid.len(),
        world.shipped(),
        asked.recorded.len(),
        asked.recorded.iter().map(|name| world.sent(name)).sum::<usize>(),
        uncertain.0,
        uncertain.1,
    );
    let opened = |order: &&String| world.gateway().carried_out(Operation::CreatePayment, order) > 1;
    let doubles: Vec<_> = every.0.iter().filter(opened).collect();
    assert!(doubles.is_empty(), "opened twice: {doubles:?}");
    let doubles: Vec<_> = every.1.iter().filter(|name| world.sent(name) > 1).collect();
    assert!(doubles.is_empty(), "paid twice: {doubles:?}");
    for order in &asked.paid {
        let record = engine.payment(&OrderRef::new(order).unwrap()).await.unwrap().unwrap();
        assert_eq!(record.received(), Some(Money::vnd(50_000)), "{record:#?}");
    }
    let left = world.number("SELECT bags FROM stock");
    assert_eq!(usize::try_from(BAGS - left).unwrap(), asked.paid.len(), "bags were taken");
}

/// The lines of the shop, comments and blank ones aside.
fn lines() -> usize {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    SOURCE.lines().filter(is_code).count()
}

#[test]
fn the_shop_has_at_most_forty_lines() {
    assert!(lines() <= 40, "{} lines", lines());
}

/// What the child does: it is the shop.
#[test]
#[ignore = "run by the trial"]
fn child() {
    small_shop::main().unwrap();
}
