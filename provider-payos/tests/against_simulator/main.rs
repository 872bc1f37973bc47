//! The client and the simulator, which share no code: what one says the other understands.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod links;
mod payouts;
mod webhooks;
mod world;
