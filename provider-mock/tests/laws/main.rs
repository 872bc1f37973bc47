//! The mock from outside: each role in memory, and with feature `simulator` over HTTP too.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[macro_use]
mod world;

mod configuration;
mod determinism;
mod notifications;
mod payments;
mod payouts;
#[cfg(feature = "simulator")]
mod simulator;
mod statements;
mod uncertainty;
mod virtual_accounts;
