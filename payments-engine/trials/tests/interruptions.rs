//! Children that are killed or stopped at random points send nothing twice and lose nothing.
//!
//! The full trials:
//! `ENGINE_TRIAL_KILLS=5000 ENGINE_TRIAL_STOPS=1000 cargo test -p engine-trials --test interruptions -- --nocapture`

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use engine_trials::{
    count,
    interruptions::{Interruption, deliveries, payments},
};
use payments_engine::Seeded;

#[test]
#[ignore = "the process that pays out and refunds until a test interrupts it"]
fn child() {
    payments::child();
}

#[test]
#[ignore = "the process that accepts deliveries until a test interrupts it"]
fn delivering_child() {
    deliveries::child();
}

#[test]
fn on_postgres_the_same_holds() {
    engine_trials::database::run_again_on_postgres(&[]);
}

fn kills() -> usize {
    count("ENGINE_TRIAL_KILLS", 20)
}

fn stops() -> usize {
    count("ENGINE_TRIAL_STOPS", 4)
}

fn payments(interruption: Interruption, rounds: usize) {
    let counts = payments::run(interruption, rounds, None);
    println!("{}", counts.table(interruption, &payments::KINDS));
    counts.check(rounds, &payments::KINDS);
}

fn deliveries(interruption: Interruption, rounds: usize) {
    let counts = deliveries::run(interruption, rounds, None);
    println!("{}", counts.table(interruption, &deliveries::KINDS));
    counts.check(rounds, &deliveries::KINDS);
}

#[test]
fn killed_at_random_points_nothing_is_sent_twice_and_nothing_is_lost() {
    payments(Interruption::Killed, kills());
}

#[test]
fn stopped_at_random_points_nothing_is_sent_twice_and_nothing_is_lost() {
    payments(Interruption::Stopped, stops());
}

#[test]
fn killed_while_it_accepts_and_handles_each_delivery_counts_and_is_handled_once() {
    deliveries(Interruption::Killed, kills());
}

#[test]
fn stopped_while_it_accepts_and_handles_each_delivery_counts_and_is_handled_once() {
    deliveries(Interruption::Stopped, stops());
}

#[test]
fn the_kills_find_an_inbox_and_handlers_that_need_a_second_commit() {
    for (mistake, rounds) in
        [(Seeded::RepliesBeforeTheCommit, 20), (Seeded::MarksHandledInASecondTransaction, 60)]
    {
        let counts = deliveries::run(Interruption::Killed, rounds, Some(mistake));
        assert!(!counts.wrong.is_empty(), "{mistake:?}: {counts:?}");
    }
}

#[test]
fn the_kills_find_an_engine_that_sends_again_after_a_crash() {
    let counts = payments::run(Interruption::Killed, 40, Some(Seeded::SendsAgainAfterACrash));
    assert!(!counts.wrong.is_empty(), "{counts:?}");
}
