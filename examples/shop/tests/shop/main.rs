//! The shop on simulated gateways: buyers, gateways and the shop talk over HTTP on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod admin;
mod browser;
mod chromium;
mod expiry;
mod forgery;
mod hpay;
mod pages;
mod plug_in;
mod sepay;
mod world;
