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
mod foreign_answers;
mod formulas;
mod hosts;
mod key_rotation;
mod links;
mod near_misses;
mod notifications;
mod openapi;
mod openapi_callback;
mod operations;
mod payouts;
mod printed_examples;
mod printed_examples_checkout;
mod second_cut;
mod settings;
mod support;
mod vectors;
mod virtual_accounts;
mod weaknesses_accounts_payouts;
mod weaknesses_checkout;
