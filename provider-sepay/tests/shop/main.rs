//! A shop that SePay tells of its bank accounts, and an app that merchants authorise, against a SePay
//! with books, which shares no code with the client.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod oauth;
mod registered;
mod webhooks;
mod world;
