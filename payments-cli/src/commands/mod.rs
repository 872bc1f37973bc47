//! The commands, one module for each.

mod check;
mod doctor;
#[cfg(feature = "engine")]
mod engine;
mod examples;
mod formulas;
#[cfg(feature = "online")]
mod probe;
mod providers;
mod qr;
mod sandbox;
mod sign;
mod verify;

pub(crate) use examples::with_examples;

use payments::registry::Registry;

use crate::{exit::Ended, simulator::Simulator};

/// A command with its arguments.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Sandbox(sandbox::Args),
    Providers(providers::Args),
    Doctor(doctor::Args),
    #[cfg(feature = "online")]
    Probe(probe::Args),
    #[cfg(feature = "engine")]
    Engine(engine::Args),
    Qr(qr::Args),
    Formulas(formulas::Args),
    Sign(sign::Args),
    Check(check::Args),
    Verify(verify::Args),
}

impl Command {
    pub(crate) async fn run(self, registry: &Registry, simulators: Vec<Simulator>) -> Ended {
        match self {
            Self::Sandbox(args) => sandbox::run(&args, simulators).await,
            Self::Providers(args) => providers::run(&args, registry),
            Self::Doctor(args) => doctor::run(&args, registry).await,
            #[cfg(feature = "online")]
            Self::Probe(args) => probe::run(&args, registry).await,
            #[cfg(feature = "engine")]
            Self::Engine(args) => engine::run(args, registry).await,
            Self::Qr(args) => qr::run(&args),
            Self::Formulas(args) => formulas::run(&args, registry),
            Self::Sign(args) => sign::run(&args, registry),
            Self::Check(args) => check::run(&args, registry),
            Self::Verify(args) => verify::run(&args, registry),
        }
    }
}
