//! The journal at work: a mock gateway over HTTP, a store in SQLite or PostgreSQL,
//! and a clock that tests move.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod absence;
mod breaker;
mod handed_over;
mod queue;
mod races;
mod references;
mod repeats;
mod reseal;
mod restart;
mod sealing;
mod sends;
mod sqlite_file;
mod upkeep;
mod visitor;
mod withdraw;

#[test]
fn on_postgres_the_same_holds() {
    engine_trials::database::run_again_on_postgres(&["sqlite_file"]);
}
