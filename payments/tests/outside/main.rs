//! What the README and the guide show works outside of this workspace, and says so when it does
//! not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod commands;
mod guide;
mod page;
mod payouts;
mod readme;
mod workspace;
