//! Children that are killed or stopped at random points send nothing twice and lose nothing.
//!
//! The full trials:
//! `ENGINE_TRIAL_KILLS=5000 ENGINE_TRIAL_STOPS=1000 ENGINE_TRIAL_DELIVERY_KILLS=1000 cargo test -p engine-trials --test interruptions -- --nocapture`

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use engine_trials::{
    count,
    kills::{Counts, Interruption, run},
};
use payments_engine::Seeded;

#[test]
#[ignore = "the process that the other tests kill or stop"]
fn child() {
    engine_trials::kills::child();
}

#[test]
fn on_postgres_the_same_holds() {
    // The handlers of these trials are in SQLite.
    engine_trials::database::run_again_on_postgres(&["killed_while", "an_inbox_and_handlers"]);
}

#[test]
#[ignore = "the process that a test kills while it accepts deliveries"]
fn delivering_child() {
    engine_trials::delivery_kills::child();
}

#[test]
fn killed_while_it_accepts_and_handles_each_delivery_counts_and_is_handled_once() {
    let rounds = count("ENGINE_TRIAL_DELIVERY_KILLS", 10);
    let counts = engine_trials::delivery_kills::run(rounds, None);
    println!(
        "{} kills: {} deliveries acknowledged, {} changes handled, {} wrong",
        counts.counted,
        counts.acknowledged,
        counts.handled,
        counts.wrong.len()
    );
    assert!(counts.wrong.is_empty(), "{:#?}", counts.wrong);
    assert_eq!(counts.counted, rounds, "too few kills counted: {counts:?}");
    assert!(counts.acknowledged > 0 && counts.handled > 0, "an engine that does nothing");
}

#[test]
fn the_kills_find_an_inbox_and_handlers_that_need_a_second_commit() {
    for (mistake, rounds) in
        [(Seeded::RepliesBeforeTheCommit, 10), (Seeded::MarksHandledInASecondTransaction, 60)]
    {
        let counts = engine_trials::delivery_kills::run(rounds, Some(mistake));
        assert!(!counts.wrong.is_empty(), "{mistake:?}: {counts:?}");
    }
}

fn trial(interruption: Interruption, rounds: usize) {
    let counts = run(interruption, rounds, None);
    println!("{}", counts.table(interruption));
    assert!(counts.wrong.is_empty(), "{:#?}", counts.wrong);
    assert_eq!(counts.counted, rounds, "too few rounds counted: {counts:?}");
    assert!(counts.payouts.1 > 0, "an engine that sends nothing: {counts:?}");
}

#[test]
fn killed_at_random_points_nothing_is_sent_twice_and_nothing_is_lost() {
    trial(Interruption::Killed, count("ENGINE_TRIAL_KILLS", 20));
}

#[test]
fn stopped_at_random_points_nothing_is_sent_twice_and_nothing_is_lost() {
    trial(Interruption::Stopped, count("ENGINE_TRIAL_STOPS", 4));
}

#[test]
fn the_kills_find_an_engine_that_sends_again_after_a_crash() {
    let counts: Counts = run(Interruption::Killed, 40, Some(Seeded::SendsAgainAfterACrash));
    assert!(!counts.wrong.is_empty(), "{}", counts.table(Interruption::Killed));
}
