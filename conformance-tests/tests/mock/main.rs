//! The mock keeps every law, in every role.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod gateway;

conformance_tests::suite!(
    gateway::Mock::start;
    payments, virtual_accounts, payouts, statements, notifications
);
