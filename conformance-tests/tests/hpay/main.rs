//! HPay keeps every law, in the roles that it has.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod gateway;

conformance_tests::suite!(
    gateway::HPay::start;
    payments { create_payment: offline, cancel_payment: refused, refund_payment: refused },
    virtual_accounts,
    payouts,
    notifications
);
