//! The code of the README and the guide works outside of this workspace, and reports its errors.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod commands;
mod guide;
mod page;
mod payouts;
mod readme;
mod workspace;
