//! Instructions with the default HTTP client on real sockets, with and without TLS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod connections;
mod gateway;
mod limits;
mod nothing_left;
mod responses;
