//! payOS keeps every law.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod gateway;

conformance_tests::suite!(
    gateway::PayOS::start;
    payments { refund_payment: refused },
    payouts,
    notifications
);
