//! What holds of a store in PostgreSQL: several engines on one database, commits whose response is
//! lost, a server that is gone and back, copies of a database, settings of a server, and transactions of the app.
//!
//! It needs a server, named by `PAYMENTS_TEST_POSTGRES_URL`; without it each test says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod at_once;
mod copies;
mod deliveries;
mod gone;
mod handlers;
mod processes;
mod references;
mod replicas;
mod settings;
mod standby;
mod submit_in;
mod unknown_commits;
