//! The simulated SePay, spoken to over HTTP only, as a merchant's own code would.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what tests share is test code too"
)]

mod bank;
mod checkout;
mod control;
mod headers;
mod receivers;
mod retry;
mod user_api;
mod vectors;
mod world;
