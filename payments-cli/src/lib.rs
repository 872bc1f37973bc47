//! The command line of the payments framework, for the providers of your choice.
//!
//! [`CommandLine`] takes a registry and runs `doctor`, `probe`, `providers`, `formulas`, `sign`,
//! `check`, `verify`, `sandbox` and `qr` with the providers in it. The program `payments` is this
//! library with every provider of this workspace; your own program can have your providers:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use payments_cli::CommandLine;
//! use provider_kit::registry::Registry;
//! # mod provider_acme {
//! #     use payments_core::Provider;
//! #     use provider_kit::{config::*, registry::*};
//! #     pub const REGISTRATION: Registration = Registration::new("acme", "", "", build, "");
//! #     fn build(_: &ProviderConfig, _: &Context) -> Result<Provider, Vec<ConfigProblem>> {
//! #         Err(Vec::new())
//! #     }
//! # }
//!
//! #[tokio::main]
//! async fn main() -> ExitCode {
//!     let registry = Registry::empty().add(provider_acme::REGISTRATION);
//!     CommandLine::new("acme", registry).run(std::env::args_os()).await
//! }
//! ```
//!
//! If you add your simulated gateway ([`CommandLine::with_simulator`]), `sandbox` runs it.
//!
//! # Features
//!
//! Without features the library links no provider. `hpay`, `payos`, `sepay` and `mock` make the
//! simulated gateways of these providers available in [`simulators`]. `engine` adds the command
//! `engine`. `online` adds `doctor --online` and `probe`, which call gateways. `demo` (default) is
//! for the program `payments`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod command_line;
mod commands;
mod configuration;
mod exit;
pub mod explain;
mod formula;
mod given_keys;
mod offline;
#[cfg(feature = "online")]
mod online;
mod output;
mod simulator;
pub mod simulators;
mod toml_text;

pub use command_line::CommandLine;
pub use given_keys::GivenKeys;
pub use simulator::{ListenSettings, RunningSimulator, Simulator};
pub use simulator_kit::{Row, Section};
