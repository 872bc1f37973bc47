//! The layers around a client: one deadline around waits, repetitions and sends; a fair queue in
//! front of a rate limit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod deadline;
mod rate_limit;
mod retry;
mod stub;
