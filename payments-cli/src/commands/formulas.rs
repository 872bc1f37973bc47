//! `payments formulas`: every signature formula of the linked providers.

use std::fmt::Write as _;

use anstyle::Style;
use payments::{
    formula::{Confidence, Field, Formula, Layout},
    registry::{Registration, Registry},
};
use serde::Serialize;

use crate::{
    exit::{Ended, Exit},
    output::{self, BAD, DIM, DOUBTFUL, GOOD, STRONG, row, styled, word},
};

/// List the signature formulas of every linked provider
///
/// Says of each what is signed, by whom and how, the document that says so, and how sure that
/// is. `payments sign` and `payments check` take them by name.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listed {
    provider: &'static str,
    fields: Vec<&'static str>,
    #[serde(flatten)]
    formula: &'static Formula,
}

pub(crate) fn run(args: &Args) -> Ended {
    let linked = Registry::linked();
    let listed: Vec<_> = linked.registrations().iter().flat_map(listed).collect();
    if args.json {
        output::print_json(&listed)?;
    } else {
        output::print(&described(&listed))?;
    }
    Ok(Exit::Done)
}

fn listed(registration: &Registration) -> impl Iterator<Item = Listed> + use<> {
    let provider = registration.kind;
    let formulas = registration.formulas.iter();
    formulas.map(move |formula| Listed { provider, fields: formula.layout.fields(), formula })
}

fn described(listed: &[Listed]) -> String {
    let mut out = String::new();
    for Listed { formula, .. } in listed {
        let _ = writeln!(out, "{}  {}", styled(STRONG, &formula.id), formula.purpose);
        row(&mut out, "signs", pattern(formula));
        row(
            &mut out,
            "how",
            format_args!("{}, by the {}", word(&formula.algorithm), word(&formula.maker)),
        );
        row(&mut out, "source", &formula.source);
        let confidence = styled(sureness(formula.confidence), word(&formula.confidence));
        row(&mut out, "confidence", confidence);
        out.push('\n');
    }
    out
}

/// The signed string with names in place of values.
fn pattern(formula: &Formula) -> String {
    let names = formula.layout.fields();
    let fields: Vec<Field<'_>> = match formula.layout {
        Layout::Pairs { .. } => names.iter().map(|name| (*name, "…".as_bytes())).collect(),
        _ => names.iter().map(|name| (*name, name.as_bytes())).collect(),
    };
    match formula.signed_string(&fields) {
        Ok(pattern) => pattern.replace(' ', "␠"),
        Err(_) => "nobody outside the provider knows".to_owned(),
    }
}

fn sureness(confidence: Confidence) -> Style {
    match confidence {
        Confidence::High => GOOD,
        Confidence::Medium => DOUBTFUL,
        Confidence::Low => BAD,
        Confidence::Unknown => DIM,
    }
}
