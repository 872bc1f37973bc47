//! The program `payments`: the command line with every provider of this workspace, and the tour.

mod demo;

use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};
use payments::registry::Registry;
use payments_cli::{CommandLine, simulators};

#[tokio::main]
async fn main() -> ExitCode {
    let demo = Command::new("demo")
        .about("Take the tour: money through every gateway, simulated on this machine")
        .arg(
            Arg::new("json")
                .long("json")
                .help("Print a line of JSON for each step instead of a timeline")
                .action(ArgAction::SetTrue),
        );
    CommandLine::new("payments", Registry::linked())
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_command(demo, |args| async move { demo::run(args.get_flag("json")).await })
        .with_simulator(simulators::hpay())
        .with_simulator(simulators::sepay())
        .with_simulator(simulators::mock())
        .run(std::env::args_os())
        .await
}
