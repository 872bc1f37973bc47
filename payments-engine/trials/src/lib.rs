//! Trials of the engine, each named after a row of its failure table or a promise.
//!
//! [`rows`] are trials inside one process; each takes a mistake to add to the engine, and returns
//! what it found. [`interruptions`] are trials of child processes that are killed or stopped at
//! random points. [`world`] contains the gateway, the clock and the engines that they use, [`deliveries`]
//! a gateway in memory that sends deliveries, and [`database`] a PostgreSQL database for each
//! trial. [`simulation`] plays random shops in memory, thousands a minute, each determined by its
//! seed.
//!
//! `cargo test -p engine-trials` runs short counts. Environment variables set the full ones:
//! `ENGINE_TRIAL_KILLS`, `ENGINE_TRIAL_STOPS`, `ENGINE_TRIAL_DROPS`, `ENGINE_TRIAL_SEEDS`,
//! `ENGINE_TRIAL_REPLICAS`, `ENGINE_TRIAL_REFERENCES` and `ENGINE_TRIAL_UNKNOWN_COMMITS`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a trial stops at the first surprise"
)]

pub mod child;
pub mod database;
pub mod deliveries;
pub mod interruptions;
pub mod proxy;
pub mod random;
pub mod references;
pub mod rows;
pub mod simulation;
pub mod statement;
pub mod world;

/// Returns the count of a trial: that of the environment variable, or else the short one.
pub fn count(variable: &str, short: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(short)
}
