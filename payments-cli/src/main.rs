//! The program `payments`: the command line with every provider of this workspace, and the tour.

mod demo;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command, value_parser};
use demo::killed_worker;
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
    let worker = Command::new(killed_worker::COMMAND)
        .about("The worker that the tour kills")
        .hide(true)
        .arg(Arg::new("folder").required(true).value_parser(value_parser!(PathBuf)));
    CommandLine::new("payments", Registry::linked())
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_command(demo, |args| async move { demo::run(args.get_flag("json")).await })
        .with_command(worker, |args| async move {
            let folder = args.get_one::<PathBuf>("folder").cloned().unwrap_or_default();
            match killed_worker::work(&folder).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{error}");
                    ExitCode::FAILURE
                }
            }
        })
        .with_simulator(simulators::hpay())
        .with_simulator(simulators::payos())
        .with_simulator(simulators::sepay())
        .with_simulator(simulators::mock())
        .run(std::env::args_os())
        .await
}
