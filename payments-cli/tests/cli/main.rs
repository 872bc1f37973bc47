//! The binary, run as a shell runs it: what it prints, and the code it ends with.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod doctor;
mod doctor_online;
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
