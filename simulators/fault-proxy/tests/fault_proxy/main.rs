//! The fault proxy before a gateway of a few lines: what each fault does to both sides.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod faults;
mod gateway;
mod passing;
