//! The client against scripted answers: what it sends, and what it makes of what it is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod bank_token;
mod bank_webhook;
mod checkout;
mod configuration;
mod ends;
mod foreign_answers;
mod hosts;
mod informing_fields;
mod ipn;
mod key_rotation;
mod near_misses;
mod oauth;
mod operations;
mod order_list;
mod orders;
mod payment_codes;
mod second_cut;
mod secrets;
mod settings;
mod statement;
mod transfer;
mod typed_configuration;
mod unsigned_webhook;
mod user_api;
mod world;
