//! The simulated SePay over HTTP only, as a merchant's own code calls it.

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
