//! The mock keeps every law, in every role.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod gateway;

async fn start() -> gateway::Mock {
    gateway::Mock::start_with(None, answers::all()).await
}

conformance_tests::suite!(
    start;
    payments, virtual_accounts, payouts, statements, notifications
);
