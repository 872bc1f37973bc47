//! The simulated HPay, from outside: its signatures against the vectors, and its hosts over HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod checkout;
mod control;
mod merchant;
mod openapi;
mod payout;
mod signing;
mod virtual_account;
