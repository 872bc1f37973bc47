//! `doctor`: lists the problems of a configuration, and checks whether its gateways accept it.

#[cfg(feature = "online")]
mod answer;
#[cfg(feature = "online")]
mod questions;

use std::fmt::Write as _;
use std::path::PathBuf;

use payments::{
    Environment, Provider, Role,
    config::{ConfigProblem, Environ},
    registry::Registry,
};
use serde::Serialize;

#[cfg(feature = "online")]
use self::answer::Answer;
use crate::{
    configuration,
    exit::{Ended, Exit},
    offline,
    output::{self, BAD, DOUBTFUL, GOOD, STRONG, styled, word},
};

/// Find every problem of a configuration
///
/// Reads the file with the environment variables and the files that it names, and builds every
/// provider without sending anything. Prints one line for each problem, never a value, and exits
/// with 1 if there is any. Settings that work but are unwise are listed beside the provider.
///
/// With --online, it then sends every gateway one harmless inquiry for each role: about an order, a
/// payout or an account that does not exist, for a list of accounts, or for the balance. Nothing is
/// ordered, and nothing costs a fee. Each line explains the response. If any response is not good,
/// the exit code is 1.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The configuration, in TOML
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Then send harmless inquiries to every gateway, including production
    #[cfg(feature = "online")]
    #[arg(long)]
    online: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The result that is printed as JSON.
#[derive(Serialize)]
struct Report {
    problems: Vec<Problem>,
    providers: Vec<Examined>,
}

#[derive(Serialize)]
struct Problem {
    path: String,
    message: String,
}

/// A provider that could be built.
#[derive(Serialize)]
struct Examined {
    id: String,
    kind: String,
    environment: Environment,
    roles: Vec<Role>,
    warnings: Vec<String>,
    /// The responses of its gateway, or `null` if no question was sent.
    #[cfg(feature = "online")]
    answers: Option<Vec<Answer>>,
}

pub(crate) async fn run(args: &Args, registry: &Registry) -> Ended {
    let read = configuration::read(&args.config)?;
    let context = offline::context(Environ::system());
    let (providers, problems) = match registry.build(&read.config, &context) {
        Ok(providers) => (providers, Vec::new()),
        Err(problems) => (Vec::new(), problems.0),
    };
    let mut problems = all(read.problems, problems);
    if problems.is_empty() && providers.is_empty() {
        let none = "there are none; add a table such as [providers.main] with its kind";
        problems.push(ConfigProblem::new("providers", none));
    }
    let report = Report {
        problems: problems.iter().map(Problem::of).collect(),
        providers: match problems.is_empty() {
            true => providers.iter().map(Examined::of).collect(),
            false => Vec::new(),
        },
    };
    #[cfg(feature = "online")]
    let report = match args.online && problems.is_empty() {
        true => {
            let mut report = report;
            questions::ask(&read.config, registry, &mut report.providers).await?;
            report
        }
        false => report,
    };
    if args.json {
        output::print_json(&report)?;
    } else if problems.is_empty() {
        output::print(&healthy(&report.providers))?;
    } else {
        output::print(&ill(&problems))?;
    }
    let is_well = problems.is_empty() && report.providers.iter().all(Examined::is_well);
    Ok(if is_well { Exit::Done } else { Exit::Problems })
}

/// Combines the problems of the file with those of the providers. For a value that the file format
/// cannot represent, the reader's message replaces the provider's less specific one.
fn all(of_file: Vec<ConfigProblem>, of_providers: Vec<ConfigProblem>) -> Vec<ConfigProblem> {
    let is_known =
        |problem: &ConfigProblem| of_file.iter().any(|known| known.path() == problem.path());
    let rest: Vec<_> = of_providers.into_iter().filter(|problem| !is_known(problem)).collect();
    of_file.into_iter().chain(rest).collect()
}

impl Problem {
    fn of(problem: &ConfigProblem) -> Self {
        Self { path: problem.path().to_owned(), message: problem.message().to_owned() }
    }
}

impl Examined {
    fn of(provider: &Provider) -> Self {
        Self {
            id: provider.id().to_string(),
            kind: provider.kind().to_string(),
            environment: provider.environment(),
            roles: provider.roles(),
            warnings: provider.warnings().to_vec(),
            #[cfg(feature = "online")]
            answers: None,
        }
    }

    fn is_well(&self) -> bool {
        #[cfg(feature = "online")]
        return self.answers.iter().flatten().all(Answer::is_well);
        #[cfg(not(feature = "online"))]
        true
    }
}

fn healthy(providers: &[Examined]) -> String {
    let ill = providers.iter().filter(|provider| !provider.is_well()).count();
    let number = counted(providers.len(), "provider");
    let mut out = match ill {
        0 => format!("{}: {number}\n", styled(GOOD.bold(), "ok")),
        _ => format!("{}: of {number} {ill}\n", styled(BAD.bold(), "not ok")),
    };
    for provider in providers {
        let roles: Vec<_> = provider.roles.iter().map(word).collect();
        let _ = writeln!(
            out,
            "  {} ({}, {}): {}",
            styled(STRONG, &provider.id),
            provider.kind,
            word(&provider.environment),
            roles.join(", ")
        );
        for warning in &provider.warnings {
            let _ = writeln!(out, "    {}: {warning}", styled(DOUBTFUL, "unwise"));
        }
        #[cfg(feature = "online")]
        for answer in provider.answers.iter().flatten() {
            answer.describe(&mut out);
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
