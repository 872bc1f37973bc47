//! What an engine says of itself: its health, gauges and events, by the names of docs/observability.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod events;
mod gauges;
mod health;

const DOCUMENTED: &str = include_str!("../../../../docs/observability.md");

#[test]
fn on_postgres_the_same_holds() {
    engine_trials::database::run_again_on_postgres(&[]);
}
