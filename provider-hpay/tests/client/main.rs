//! The client, from outside: against the vectors, and against a gateway that is a script.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod authenticity;
mod beneficiary;
mod cards;
mod checkout;
mod configuration;
mod formulas;
mod links;
mod notifications;
mod openapi_callback;
mod payouts;
mod printed_examples;
mod printed_examples_checkout;
mod second_cut;
mod support;
mod vectors;
mod virtual_accounts;
mod weaknesses_accounts_payouts;
mod weaknesses_checkout;
