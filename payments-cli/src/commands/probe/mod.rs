//! `probe`: finds out which reading of a gateway's documents its sandbox follows.

mod list;
mod payout;
mod person;
mod report;
mod setting;
mod trial;
mod verdict;

use std::path::PathBuf;

use payments::{
    config::PaymentsConfig,
    reading::Reading,
    registry::{Registration, Registry},
};

use self::{payout::PayoutFlags, report::Report, trial::Trial, verdict::Verdict};
use super::verify::delivery::DeliveryFlags;
use crate::{
    configuration,
    exit::{Ended, Exit, Failure},
    output,
};

/// Find out which reading of a gateway's documents its sandbox follows
///
/// Without READING, it lists the provider's readings that a call, a page or a delivery can decide.
/// With READING, it tries each alternative in turn, and prints the one that the gateway follows
/// with the configuration for it. "cannot tell" means that several alternatives work, or none.
///
/// It first prints what it will send, and to which host. It sends an instruction only after a
/// "yes", typed on a terminal or given as --yes. A page has to be opened by a person, who types
/// what it shows. Production is refused.
///
/// Exits with 0 if the reading is decided, and with 1 if it is not.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The configuration, in TOML
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The name of the provider in the configuration, or its kind if only one has it
    provider: String,
    /// The reading; if left out, all readings are listed
    reading: Option<String>,
    /// Send an instruction without asking first
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The folder for a form that a person has to open; the folder of temporary files if left out
    #[arg(long, value_name = "FOLDER", verbatim_doc_comment)]
    folder: Option<PathBuf>,
    #[command(flatten)]
    payout: PayoutFlags,
    #[command(flatten)]
    delivery: DeliveryFlags,
}

pub(crate) async fn run(args: &Args, registry: &Registry) -> Ended {
    let read = configuration::read(&args.config)?;
    if let Some(problem) = read.problems.first() {
        let more = "`doctor` lists every problem";
        return Err(Failure::usage("--config", format!("{problem}; {more}")));
    }
    let id = named(&read.config, &args.provider)?;
    let config = read.config.only(&id).unwrap_or_default();
    let registration = registration(&config, registry, &id)?;
    let Some(name) = &args.reading else {
        list::print(registration, &config, &id, args.json)?;
        return Ok(Exit::Done);
    };
    let reading = reading(registration, name)?;
    if setting::text(&config, &id, "environment") != Some("sandbox") {
        let message = "the provider is not in the sandbox, and `probe` tries nothing outside it";
        return Err(Failure::usage("PROVIDER", message));
    }
    let trial = Trial { args, registry, config: &config, id: &id, reading };
    let tried = trial.run().await?;
    let verdict = Verdict::of(&tried);
    let report = Report::new(&trial, &tried, &verdict);
    if args.json {
        output::print_json(&report)?;
    } else {
        output::print(&report.to_string())?;
    }
    Ok(if verdict.settled.is_some() { Exit::Done } else { Exit::Problems })
}

/// Returns the name of the provider: the given name, or that of the only provider of a kind.
fn named(config: &PaymentsConfig, name: &str) -> Result<String, Failure> {
    if config.names().any(|known| known == name) {
        return Ok(name.to_owned());
    }
    let of_kind: Vec<&str> =
        config.names().filter(|id| setting::text(config, id, "kind") == Some(name)).collect();
    match of_kind.as_slice() {
        [one] => Ok((*one).to_owned()),
        _ => {
            let known: Vec<&str> = config.names().collect();
            let known = known.join(", ");
            Err(Failure::usage(
                "PROVIDER",
                format!("there is no provider {name:?}; known providers: {known}"),
            ))
        }
    }
}

fn registration<'a>(
    config: &PaymentsConfig,
    registry: &'a Registry,
    id: &str,
) -> Result<&'a Registration, Failure> {
    let kind = setting::text(config, id, "kind").unwrap_or_default();
    let known = registry.registrations().iter().find(|known| known.kind == kind);
    known.ok_or_else(|| Failure::usage("--config", format!("{id} is of an unknown kind {kind:?}")))
}

fn reading(registration: &Registration, name: &str) -> Result<&'static Reading, Failure> {
    let found = registration.readings.iter().find(|reading| reading.name == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = registration.readings.iter().map(|reading| reading.name).collect();
        let message = match known.is_empty() {
            true => format!("{} has no readings that a command can decide", registration.kind),
            false => format!("there is no reading {name:?}; known readings: {}", known.join(", ")),
        };
        Failure::usage("READING", message)
    })
}
