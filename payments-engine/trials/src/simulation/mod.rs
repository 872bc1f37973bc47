//! Random shops on an engine in memory, each determined by its seed.
//!
//! A `Shop` instructs payouts, opens orders, gives refunds and gets deliveries, while its gateway
//! loses responses, its store loses commits, and its process ends at some commit and starts again.
//! Then all faults end and time passes until the engine has nothing more to do; `checks` compares
//! its records with the gateway's ledger. The clock, the store, the gateway and the engine's own
//! waits are simulated, so that a seed plays the same each time.

mod checks;
mod gateway;
mod shop;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use payments_engine::{CaseKind, Seeded};

use shop::Shop;

/// The counts of simulations.
#[derive(Debug, Default)]
pub struct Counts {
    /// The number of shops that were played.
    pub seeds: u64,
    /// The number of shops that reached each row.
    pub rows: BTreeMap<&'static str, u64>,
    /// The number of payouts that were instructed, and of those that the gateway carried out.
    pub payouts: (u64, u64),
    /// The number of orders that were opened, and of those that received money.
    pub orders: (u64, u64),
    /// The number of cases that wait for a person at the end, by kind.
    pub cases: BTreeMap<String, u64>,
    /// The violations, each with its seed: doubles, losses, false ends, wrong sums.
    pub wrong: Vec<String>,
}

impl Counts {
    /// Formats the counts as a table.
    pub fn table(&self) -> String {
        let mut table = format!("| simulation | {} seeds |\n|---|---|\n", self.seeds);
        for (row, count) in &self.rows {
            let share = 100 * count / self.seeds.max(1);
            let _ = writeln!(table, "| reached: {row} | {count} ({share} %) |");
        }
        let (instructed, carried_out) = self.payouts;
        let _ = writeln!(table, "| payouts | {instructed}, carried out {carried_out} |");
        let (opened, paid) = self.orders;
        let _ = writeln!(table, "| orders | {opened}, with money {paid} |");
        for (kind, count) in &self.cases {
            let _ = writeln!(table, "| before a person: {kind} | {count} |");
        }
        let _ =
            writeln!(table, "| doubles, losses, false ends, wrong sums | {} |", self.wrong.len());
        table
    }

    fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        for (row, count) in other.rows {
            *self.rows.entry(row).or_default() += count;
        }
        for (kind, count) in other.cases {
            *self.cases.entry(kind).or_default() += count;
        }
        self.payouts = (self.payouts.0 + other.payouts.0, self.payouts.1 + other.payouts.1);
        self.orders = (self.orders.0 + other.orders.0, self.orders.1 + other.orders.1);
        self.wrong.extend(other.wrong);
    }

    fn case(&mut self, kind: CaseKind) {
        *self.cases.entry(format!("{kind:?}")).or_default() += 1;
    }
}

/// Plays the shops of these seeds, on every core.
///
/// # Panics
/// Panics if a shop panics.
pub fn run(seeds: Range<u64>, seeded: Option<Seeded>) -> Counts {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = AtomicU64::new(seeds.start);
    let mut counts = Counts::default();
    std::thread::scope(|scope| {
        let work = || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let mut counts = Counts::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds.end {
                    return counts;
                }
                counts.add(runtime.block_on(play(seed, seeded)));
            }
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            counts.add(worker.join().unwrap());
        }
    });
    counts.wrong.sort();
    counts
}

/// Plays the shop of one seed.
pub async fn play(seed: u64, seeded: Option<Seeded>) -> Counts {
    let mut shop = Shop::open(seed, seeded).await;
    shop.trade().await;
    shop.come_to_rest().await;
    checks::check(&shop).await
}
