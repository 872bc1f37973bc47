//! SePay's own libraries, and one that others wrote for it, against the simulator: it is SePay's
//! as far as they can tell.
//!
//! Their code is installed when these tests run and never kept. That needs a package registry, so
//! the tests run only where `OFFICIAL_CLIENTS` is set, as `.ci/run` does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod checkout;
mod frame;
mod node;
mod python;
