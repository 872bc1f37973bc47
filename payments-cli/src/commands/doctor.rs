//! `payments doctor`: every problem of a configuration at once.

use std::fmt::Write as _;
use std::path::PathBuf;

use payments::{
    Provider,
    config::{ConfigProblem, Environ},
    registry::Registry,
};

use crate::{
    configuration, offline,
    exit::{Ended, Exit},
    output::{self, BAD, GOOD, STRONG, styled, word},
};

/// Find every problem of a configuration at once
///
/// Reads the file, the environment variables and the files that it names, and builds every
/// provider without sending anything. Prints one line for each problem, never a value, and exits
/// with 1 if there is any.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The configuration, in TOML
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

pub(crate) fn run(args: &Args) -> Ended {
    match examine(args)? {
        Ok(providers) => {
            output::print(&healthy(&providers))?;
            Ok(Exit::Done)
        }
        Err(problems) => {
            output::print(&ill(&problems))?;
            Ok(Exit::Problems)
        }
    }
}

fn examine(
    args: &Args,
) -> Result<Result<Vec<Provider>, Vec<ConfigProblem>>, crate::exit::Failure> {
    let configuration::Configuration { config, mut problems } = configuration::read(&args.config)?;
    let built = Registry::linked().build(&config, &offline::context(Environ::system()));
    match built {
        Ok(providers) if problems.is_empty() && !providers.is_empty() => return Ok(Ok(providers)),
        Ok(_) if problems.is_empty() => problems.push(ConfigProblem::new(
            "providers",
            "there are none; add a table such as [providers.main] with its kind",
        )),
        Ok(_) => {}
        // Of a value that the file cannot hold, the provider says less than the file's reader.
        Err(found) => {
            for problem in found.0 {
                if !problems.iter().any(|known| known.path() == problem.path()) {
                    problems.push(problem);
                }
            }
        }
    }
    Ok(Err(problems))
}

fn healthy(providers: &[Provider]) -> String {
    let mut out = format!("{}: {}", styled(GOOD.bold(), "ok"), counted(providers.len(), "provider"));
    out.push('\n');
    for provider in providers {
        let roles: Vec<_> = provider.roles().iter().map(word).collect();
        let _ = writeln!(
            out,
            "  {} ({}, {}): {}",
            styled(STRONG, provider.id()),
            provider.kind(),
            word(&provider.environment()),
            roles.join(", ")
        );
    }
    out
}

fn ill(problems: &[ConfigProblem]) -> String {
    let mut out = String::new();
    for problem in problems {
        let _ = writeln!(out, "{}: {}", styled(STRONG, problem.path()), problem.message());
    }
    let _ = writeln!(out, "{}", styled(BAD.bold(), counted(problems.len(), "problem")));
    out
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
