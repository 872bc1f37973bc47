//! What the default HTTP client does with an instruction on real sockets, with and without TLS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod connections;
mod gateway;
mod limits;
mod nothing_left;
mod responses;
