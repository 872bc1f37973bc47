//! Random shops in memory: nothing is paid twice, nothing is lost, and every sum is right.
//!
//! `ENGINE_TRIAL_SEEDS=20000 cargo test -p engine-trials --test simulation -- --nocapture` plays more of
//! them; `ENGINE_TRIAL_FIRST_SEED` says which. One seed again: `ENGINE_TRIAL_FIRST_SEED=7 ENGINE_TRIAL_SEEDS=1`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::time::Instant;

use engine_trials::{count, simulation::run};

#[test]
fn random_shops_come_to_rest_with_every_sum_right() {
    let first = count("ENGINE_TRIAL_FIRST_SEED", 0) as u64;
    let seeds = count("ENGINE_TRIAL_SEEDS", 300) as u64;
    let began = Instant::now();
    let counts = run(first..first + seeds, None);
    println!("{}", counts.table());
    println!("{:.0} seeds a second", seeds as f64 / began.elapsed().as_secs_f64());
    let shown = &counts.wrong[..counts.wrong.len().min(20)];
    assert!(shown.is_empty(), "{} wrong: {shown:#?}", counts.wrong.len());
}
