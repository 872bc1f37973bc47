//! `providers`: the linked providers and their capabilities.

mod example;
mod report;
mod table;

use payments::registry::Registry;

use crate::{
    exit::{Ended, Exit},
    output,
};
use report::Report;

/// List the linked providers and their capabilities
///
/// Shows roles, methods, currencies and limits, what a repeated instruction does, how old an
/// inquiry's subject may be, and the endpoints to register. Each provider is built from the example
/// configuration in its crate, with made-up secrets. With another configuration it may have fewer
/// roles.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, registry: &Registry) -> Ended {
    let built: Vec<_> = registry
        .registrations()
        .iter()
        .map(|registration| (registration, example::build(registration)))
        .collect();
    let reports: Vec<Report<'_>> = built
        .iter()
        .flat_map(|(registration, built)| Report::all_of(registration, built))
        .collect();
    if args.json {
        output::print_json(&reports)?;
    } else {
        output::print(&table::of(&reports))?;
    }
    Ok(Exit::Done)
}
