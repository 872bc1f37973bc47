//! Mistakes made on purpose, in a receiver and in a payout role: fuzzing has to find each of them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod payouts;
mod receiver;
mod signed_text;
