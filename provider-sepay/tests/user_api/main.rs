//! The User API, its statements and its virtual accounts, against a SePay with a ledger.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod limit;
mod orders;
mod records;
mod statement;
mod virtual_accounts;
mod world;
