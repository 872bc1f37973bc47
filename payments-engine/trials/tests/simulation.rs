//! Random shops in memory: nothing is paid twice, nothing is lost, and every sum is right.
//!
//! `ENGINE_TRIAL_SEEDS=20000 cargo test -p engine-trials --test simulation -- --nocapture` plays more of
//! them; `ENGINE_TRIAL_FIRST_SEED` says which. One seed again: `ENGINE_TRIAL_FIRST_SEED=7 ENGINE_TRIAL_SEEDS=1`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::time::Instant;

use engine_trials::{count, simulation::run};
use payments_engine::Seeded;

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

#[test]
fn mistakes_are_found_by_random_shops() {
    for mistake in [
        Seeded::AcknowledgesBeforeTheCommit,
        Seeded::DoesNotCapRefundsByPayout,
        Seeded::DoesNotCountRefundsByPayout,
        Seeded::ForgetsTheUncertain,
        Seeded::ForgetsTheUnsent,
        Seeded::LeavesItDueAfterAnError,
        Seeded::OpensAgainWhatIsUncertain,
        Seeded::SendsAgainAfterACrash,
        Seeded::SendsWithoutAPermit,
        Seeded::SkipsThePermitWithoutADeparture,
        Seeded::TakesALostCancellationForDone,
        Seeded::TakesAnUnknownCommitForNone,
    ] {
        let found = (0..20).find_map(|hundred| {
            run(hundred * 100..(hundred + 1) * 100, Some(mistake)).wrong.into_iter().next()
        });
        println!("{mistake:?}: {}", found.as_deref().unwrap_or("not found"));
        assert!(found.is_some(), "2,000 shops do not find {mistake:?}");
    }
}
