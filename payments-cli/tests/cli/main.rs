//! Runs the binary like a shell, and tests its output and its exit code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod doctor;
mod doctor_online;
mod documented_configurations;
mod engine;
mod explain;
mod formulas;
mod gateways;
mod hpay;
mod payos;
mod probe;
mod program;
mod providers;
mod qr;
mod sandbox;
mod sepay;
mod usage;
