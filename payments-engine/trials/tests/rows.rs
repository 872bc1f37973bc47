//! The rows of the failure table hold, and each mistake in the engine is found by its trial.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use engine_trials::rows::{FINDERS, TRIALS, Trial};
use payments_engine::Seeded;

fn run(trial: Trial, seeded: Option<Seeded>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(trial(seeded))
}

#[test]
fn every_row_holds() {
    let found: Vec<_> = TRIALS
        .iter()
        .filter_map(|(name, trial)| Some(format!("{name}: {}", run(*trial, None).err()?)))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_mistake_is_found_by_its_trial() {
    let mut table = String::from("| mistake | trial | found |\n|---|---|---|\n");
    let mut missed = Vec::new();
    for mistake in Seeded::ALL {
        let Some((_, name)) = FINDERS.iter().find(|(known, _)| *known == mistake) else {
            missed.push(format!("{mistake:?}: no trial"));
            continue;
        };
        let (_, trial) = TRIALS.iter().find(|(known, _)| known == name).unwrap();
        match run(*trial, Some(mistake)) {
            Ok(()) => missed.push(format!("{mistake:?} by {name}")),
            Err(found) => table.push_str(&format!("| {mistake:?} | {name} | {found} |\n")),
        }
    }
    println!("{table}");
    assert!(missed.is_empty(), "not found: {missed:#?}");
}

#[test]
fn on_postgres_the_same_holds() {
    engine_trials::database::run_again_on_postgres(&[]);
}
