//! Tests the provider against every law of its roles with a simulated Template.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at any surprise")]

mod answers;
mod gateway;

conformance_tests::suite!(
    gateway::Simulated::start;
    payments { cancel_payment: refused, refund_payment: refused },
    notifications
);
