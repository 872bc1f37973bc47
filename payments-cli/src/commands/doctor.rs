//! `doctor`: every problem of a configuration at once.

use std::fmt::Write as _;
use std::path::PathBuf;

use payments::{
    Provider,
    config::{ConfigProblem, Environ},
    registry::Registry,
};

use crate::{
    configuration,
    exit::{Ended, Exit},
    offline,
    output::{self, BAD, DOUBTFUL, GOOD, STRONG, styled, word},
};

/// Find every problem of a configuration at once
///
/// Reads the file, the environment variables and the files that it names, and builds every provider
/// without sending anything. Prints one line for each problem, never a value, and exits with 1 if
/// there is any. Settings that work but are unwise are listed beside the provider.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The configuration, in TOML
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

pub(crate) fn run(args: &Args, registry: &Registry) -> Ended {
    let read = configuration::read(&args.config)?;
    let context = offline::context(Environ::system());
    let (providers, problems) = match registry.build(&read.config, &context) {
        Ok(providers) => (providers, Vec::new()),
        Err(problems) => (Vec::new(), problems.0),
    };
    let problems = all(read.problems, problems);
    if !problems.is_empty() {
        output::print(&ill(&problems))?;
        return Ok(Exit::Problems);
    }
    if providers.is_empty() {
        let none = "there are none; add a table such as [providers.main] with its kind";
        output::print(&ill(&[ConfigProblem::new("providers", none)]))?;
        return Ok(Exit::Problems);
    }
    output::print(&healthy(&providers))?;
    Ok(Exit::Done)
}

/// The problems of the file, then those of the providers. For a value that the file format cannot
/// hold, the reader's message replaces the provider's less specific one.
fn all(of_file: Vec<ConfigProblem>, of_providers: Vec<ConfigProblem>) -> Vec<ConfigProblem> {
    let is_known =
        |problem: &ConfigProblem| of_file.iter().any(|known| known.path() == problem.path());
    let rest: Vec<_> = of_providers.into_iter().filter(|problem| !is_known(problem)).collect();
    of_file.into_iter().chain(rest).collect()
}

fn healthy(providers: &[Provider]) -> String {
    let mut out =
        format!("{}: {}", styled(GOOD.bold(), "ok"), counted(providers.len(), "provider"));
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
        for warning in provider.warnings() {
            let _ = writeln!(out, "    {}: {warning}", styled(DOUBTFUL, "unwise"));
        }
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
