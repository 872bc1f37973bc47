//! The command line of the payments framework: `payments --help` lists what it does.

mod commands;
mod configuration;
mod demo;
mod exit;
mod formula;
mod offline;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{check, doctor, formulas, providers, qr, sandbox, sign, verify};

/// Payment gateways of Vietnam: simulated, configured, explained.
///
/// Nothing here reaches a real gateway. Your secrets are read from environment variables and
/// files, and are never printed.
#[derive(Parser)]
#[command(name = "payments", version, verbatim_doc_comment, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done, valid or trusted; 1 a problem was found; 2 bad usage; 3 not trusted.";

#[derive(Subcommand)]
enum Command {
    /// Take the tour: money through every gateway, simulated on this machine
    Demo {
        /// Print a line of JSON for each step instead of a timeline
        #[arg(long)]
        json: bool,
    },
    Sandbox(sandbox::Args),
    Providers(providers::Args),
    Doctor(doctor::Args),
    Qr(qr::Args),
    Formulas(formulas::Args),
    Sign(sign::Args),
    Check(check::Args),
    Verify(verify::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Demo { json } => return demo::run(json).await,
        Command::Sandbox(args) => sandbox::run(&args).await,
        Command::Providers(args) => providers::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Qr(args) => qr::run(&args),
        Command::Formulas(args) => formulas::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Verify(args) => verify::run(&args),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::complain(&failure);
            failure.into()
        }
    }
}
