//! How fast a statement is reconciled on SQLite, and how much memory that takes.
//!
//! `cargo run --release -p engine-trials --example reconciliation -- 10000 1000000` reconciles a
//! statement of each of these lengths twice, each in a process of its own: the first run books its
//! lines, the second finds all of them. It prints a table with the peak of memory on Linux.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement stops at the first surprise")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use payments_core::{
    DedupeKey, Direction, Environment, Listed, ManualClock, Movement, OrderRef, Provider,
    ProviderId, ProviderKind, Result, StatementProvider, Timestamp,
    money::{Currency, Money},
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};
use payments_engine::{Engine, Period, RowKind, Store};

const BEGUN: i64 = 1_700_000_000;
const PAGE: u64 = 5_000;

/// A statement of this many lines, one for each order, a thousand a second.
struct Lines {
    capabilities: StatementCapabilities,
    count: u64,
}

#[async_trait]
impl StatementProvider for Lines {
    fn capabilities(&self) -> &StatementCapabilities {
        &self.capabilities
    }

    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        Ok(Vec::new())
    }

    async fn entries(&self, after: &Cursor, _: &StatementFilter) -> Result<Page> {
        let from: u64 = after.place().map_or(0, |place| place.parse().unwrap());
        let until = (from + PAGE).min(self.count);
        let lines = (from..until).map(|number| Listed::Read(line(number))).collect();
        Ok(Page::new(lines, Cursor::at(until.to_string()), until < self.count))
    }
}

fn line(number: u64) -> Movement {
    let key = DedupeKey::new("bank.line", format!("L-{number:09}")).unwrap();
    let at = BEGUN + i64::try_from(number / 1_000).unwrap();
    let amount = Money::vnd(50_000 + i64::try_from(number % 1_000).unwrap());
    Movement::new(key, Direction::In, amount)
        .with_time(Timestamp::from_unix(at))
        .with_bank_reference(format!("FT{number:09}"))
        .with_memo("thanh toan don hang")
        .with_order(OrderRef::new(format!("A-{number:09}")).unwrap())
}

async fn measure(count: u64) {
    let folder = tempfile::tempdir().unwrap();
    let capabilities = StatementCapabilities::new(vec![Currency::VND], 5_000);
    let (id, kind) = (ProviderId::new("bank").unwrap(), ProviderKind::new("bank").unwrap());
    let provider = Provider::new(id, kind, Environment::Sandbox)
        .with_statements(Arc::new(Lines { capabilities, count }));
    let day = Duration::from_secs(24 * 3_600);
    let begun = Timestamp::from_unix(BEGUN);
    let builder = Engine::builder()
        .with_store(Store::sqlite(folder.path().join("shop.db")))
        .with_provider(provider)
        .with_clock(Arc::new(ManualClock::at(begun.plus(3 * day))))
        .without_background();
    let engine = builder.start().await.unwrap();
    let period = Period::new(begun, begun.plus(day)).unwrap();
    for (what, kind) in [("booked", RowKind::MissingHere), ("found", RowKind::Matched)] {
        let started = Instant::now();
        let run = engine.reconcile("bank", &period).await.unwrap();
        assert_eq!(run.count(kind), count, "{run:?}");
        let a_second = u128::from(count) * 1_000 / started.elapsed().as_millis().max(1);
        println!("| {count} | {what} | {a_second} | {} |", peak());
    }
    engine.stop().await;
}

/// Returns the most memory that this process has used so far.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

fn main() {
    let counts: Vec<String> = std::env::args().skip(1).collect();
    match &counts[..] {
        [one] => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(measure(one.parse().unwrap()));
        }
        all => {
            println!("| lines | all of them are | lines a second | peak of memory |");
            println!("|---|---|---|---|");
            for count in all {
                let this = std::env::current_exe().unwrap();
                let status = std::process::Command::new(this).arg(count).status().unwrap();
                assert!(status.success(), "{count} lines: {status}");
            }
        }
    }
}
