//! The code of the guides in docs, run against simulated gateways.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod engine;
mod gateways;
mod hpay;
mod receive_money;
mod telemetry;

#[expect(unreachable_pub, reason = "as the guides show it")]
#[allow(clippy::print_stdout, dead_code, reason = "as the guides show it")]
mod snippets;
