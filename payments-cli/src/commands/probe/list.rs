//! The readings of a provider.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use payments::{
    config::PaymentsConfig,
    reading::{Reading, Settles, Times},
    registry::Registration,
};
use serde::Serialize;

use super::setting;
use crate::{
    exit::Failure,
    output::{self, STRONG, prose, row, styled},
};

#[derive(Serialize)]
struct Listed {
    reading: &'static str,
    about: &'static str,
    settled_by: &'static str,
    how: String,
    /// The alternative that the configuration follows now.
    today: Option<&'static str>,
    alternatives: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    name: &'static str,
    configuration: BTreeMap<&'static str, Option<&'static str>>,
}

/// Prints the readings of a provider.
pub(super) fn print(
    registration: &Registration,
    config: &PaymentsConfig,
    id: &str,
    json: bool,
) -> Result<(), Failure> {
    let listed: Vec<Listed> =
        registration.readings.iter().map(|reading| Listed::of(reading, config, id)).collect();
    if json {
        return output::print_json(&listed);
    }
    let mut out = String::new();
    for listed in &listed {
        let _ = writeln!(out, "{}  {}", styled(STRONG, listed.reading), listed.about);
        prose(&mut out, listed.settled_by, &listed.how);
        for choice in &listed.alternatives {
            let is_today = listed.today == Some(choice.name);
            row(&mut out, if is_today { "today" } else { "or" }, choice.name);
        }
        out.push('\n');
    }
    if listed.is_empty() {
        let _ = writeln!(out, "{} has no readings that a command can decide", registration.kind);
    }
    output::print(&out)
}

impl Listed {
    fn of(reading: &'static Reading, config: &PaymentsConfig, id: &str) -> Self {
        let (settled_by, how) = match reading.settles {
            Settles::Inquiry { asks, .. } => ("inquiry", asks.to_owned()),
            Settles::Instruction { does, times: Times::Once, .. } => {
                ("instruction", format!("{does}, and reads the response with each alternative"))
            }
            Settles::Instruction { does, .. } => {
                ("instruction", format!("{does}, once with each alternative"))
            }
            Settles::Page { fits, differs, .. } => {
                ("page", format!("a person opens a page, which shows {fits}, or {differs}"))
            }
            Settles::Delivery { endpoint, how } => {
                ("delivery", format!("one that arrived at {endpoint}; to have one, {how}"))
            }
            _ => ("other", String::new()),
        };
        let choice = |alternative: &payments::reading::Alternative| Choice {
            name: alternative.name,
            configuration: alternative.changes.iter().map(|it| (it.key, it.value)).collect(),
        };
        Self {
            reading: reading.name,
            about: reading.about,
            settled_by,
            how,
            today: setting::today(config, id, reading).map(|alternative| alternative.name),
            alternatives: reading.alternatives.iter().map(choice).collect(),
        }
    }
}
