//! `formulas`: lists the signature formulas of the providers.

use std::fmt::Write as _;

use anstyle::Style;
use payments::{
    registry::{Registration, Registry},
    signature::{
        Algorithm, Confidence, EmptyValues, Encoding, Formula, Item, Layout, Order, Transform,
    },
};
use serde::Serialize;

use crate::{
    exit::{Ended, Exit},
    output::{self, BAD, DIM, DOUBTFUL, GOOD, STRONG, prose, row, styled, word},
};

/// List the signature formulas of every provider
///
/// Shows for each what is signed, by whom and how, the source document, and the confidence in it.
/// `sign` and `check` accept the formulas by name.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listed {
    provider: &'static str,
    fields: Vec<&'static str>,
    /// Whether each signed string comes from one set of fields only.
    injective: bool,
    #[serde(flatten)]
    formula: &'static Formula,
}

pub(crate) fn run(args: &Args, registry: &Registry) -> Ended {
    let listed: Vec<_> = registry.registrations().iter().flat_map(listed).collect();
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
    formulas.map(move |formula| {
        let fields = formula.layout.fields();
        Listed { provider, fields, injective: formula.is_injective(), formula }
    })
}

fn described(listed: &[Listed]) -> String {
    let mut out = String::new();
    for Listed { formula, .. } in listed {
        let _ = writeln!(out, "{}  {}", styled(STRONG, &formula.id), formula.purpose);
        row(&mut out, "signs", pattern(formula));
        row(&mut out, "how", format_args!("{}, by the {}", how(formula), word(&formula.maker)));
        if formula.layout != Layout::Unknown && !formula.is_injective() {
            let why =
                "two messages may have the same signed string; ambiguous fields are not covered";
            prose(&mut out, "ambiguous", why);
        }
        prose(&mut out, "source", &formula.source);
        let confidence = styled(sureness(formula.confidence), word(&formula.confidence));
        row(&mut out, "confidence", confidence);
        out.push('\n');
    }
    out
}

/// Returns the signed string with names in place of values, in quotes, because some begin with a
/// space.
fn pattern(formula: &Formula) -> String {
    match &formula.layout {
        Layout::Values { leading, separator, items } => {
            let items: Vec<_> = items.iter().map(item).collect();
            format!("\"{leading}{}\"", items.join(&separator.replace('\n', "\\n")))
        }
        Layout::Pairs { separator, names, order, empty } => {
            let order = match order {
                Order::AsSent => "the present ones, in the order sent",
                Order::AsListed => "the present ones, in this order",
            };
            let order = match empty {
                EmptyValues::Dropped => order.to_owned(),
                EmptyValues::Kept => format!("{order}, empty ones too"),
            };
            let names: Vec<_> = names.iter().map(|name| format!("{name}=…")).collect();
            let lines: Vec<_> = names.chunks(3).map(|names| names.join(separator)).collect();
            format!("\"{}\"\n{order}", lines.join(&format!("{separator}\n ")))
        }
        Layout::Members(members) => {
            let empty = match members.empty {
                EmptyValues::Kept => ", empty ones too",
                EmptyValues::Dropped => "",
            };
            let encoding = match members.encoding {
                Encoding::UriComponent => ", percent-encoded as encodeURIComponent does",
                _ => "",
            };
            let separator = &members.separator;
            format!("\"name=…{separator}name=…\"\nevery member, sorted by name{empty}{encoding}")
        }
        _ => "unknown outside the provider".to_owned(),
    }
}

fn item(item: &Item) -> String {
    match item {
        Item::Secret => "‹secret›".to_owned(),
        Item::Changed(name, Transform::AsciiLower) => format!("lower({name})"),
        Item::Changed(name, Transform::UrlEncodedLower) => format!("lower(urlencoded({name}))"),
        other => other.name().unwrap_or_default().to_owned(),
    }
}

fn how(formula: &Formula) -> String {
    match formula.algorithm {
        Algorithm::HmacSha256Hex { prefix } if !prefix.is_empty() => {
            format!("{} after {prefix:?}", word(&formula.algorithm))
        }
        algorithm => word(&algorithm),
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
