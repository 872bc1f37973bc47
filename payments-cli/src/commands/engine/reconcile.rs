//! `engine reconcile`, `reconciliations` and `reconciliation`: compare a statement with the store.

use std::fmt::Write as _;

use payments::{
    Timestamp,
    engine::{Engine, Period, ReconciliationRow, ReconciliationRun, RowKind},
    money::Language,
};

use super::failed;
use crate::{
    exit::{Ended, Exit, Failure},
    output::{self, BAD, STRONG, styled},
};

/// The number of lines after which progress is printed.
const STEP: u64 = 1_000;

#[derive(clap::Args)]
pub(super) struct Reconcile {
    /// The provider whose statement is compared
    #[arg(required_unless_present = "resume", requires_all = ["from", "to"])]
    provider: Option<String>,
    /// The beginning: a day in Vietnam (2026-11-01), or a moment (2026-11-01T00:00:00Z)
    #[arg(long, value_parser = beginning, conflicts_with = "resume")]
    from: Option<Timestamp>,
    /// The end: a day, which is included, or a moment, which is excluded
    #[arg(long, value_parser = end, conflicts_with = "resume")]
    to: Option<Timestamp>,
    /// Continue the interrupted run with this number
    #[arg(long, value_name = "NUMBER", conflicts_with = "provider")]
    resume: Option<u64>,
    #[command(flatten)]
    form: Form,
}

/// The format of printed rows.
#[derive(clap::Args)]
pub(super) struct Form {
    /// Print every row as JSON
    #[arg(long)]
    json: bool,
    /// Print every row as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

pub(super) async fn reconcile(args: Reconcile, engine: &Engine) -> Ended {
    let mut run = match (args.provider, args.from, args.to, args.resume) {
        (_, _, _, Some(number)) => known_run(engine, number).await?,
        (Some(provider), Some(from), Some(to), None) => {
            let period = Period::new(from, to).map_err(|error| Failure::usage("--to", error))?;
            engine.begin_reconciliation(&provider, &period).await.map_err(failed)?
        }
        // The parser rejects this case.
        _ => return Err(Failure::usage("PROVIDER", "name it with --from and --to")),
    };
    let number = run.number;
    let mut next = 0;
    while !run.is_done() {
        if run.lines >= next {
            output::remark(format!("reconciliation {number}: {}, {} lines", run.state, run.lines));
            next = run.lines - run.lines % STEP + STEP;
        }
        run = engine.continue_reconciliation(number).await.map_err(|error| {
            let again = format!("continue it with `engine reconcile --resume {number}`");
            Failure::Machine(format!("reconciliation {number} was interrupted: {error}; {again}"))
        })?;
    }
    print(engine, &run, &args.form).await
}

pub(super) async fn reconciliation(number: u64, form: &Form, engine: &Engine) -> Ended {
    print(engine, &known_run(engine, number).await?, form).await
}

pub(super) async fn reconciliations(engine: &Engine) -> Result<(), Failure> {
    let mut out = String::new();
    for run in engine.reconciliations().await.map_err(failed)? {
        let _ = writeln!(out, "{} {}", styled(STRONG, run.number), summary(&run));
    }
    output::print(if out.is_empty() { "there are none\n" } else { &out })
}

async fn known_run(engine: &Engine, number: u64) -> Result<ReconciliationRun, Failure> {
    let run = engine.reconciliation(number).await.map_err(failed)?;
    run.ok_or_else(|| Failure::Machine(format!("the store has no reconciliation {number}")))
}

/// Prints a run and its rows, with only a part of the rows in memory at a time.
async fn print(engine: &Engine, run: &ReconciliationRun, form: &Form) -> Ended {
    let mut parts = 0_usize;
    if form.json {
        output::print(&format!("{{\"run\":{},\"rows\":[\n", json(run)?))?;
    } else if !form.csv {
        output::print(&format!("{} {}\n", styled(STRONG, run.number), summary(run)))?;
    }
    let mut after = 0;
    loop {
        let rows = engine.reconciliation_rows(run.number, after).await.map_err(failed)?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        let text = match (form.json, form.csv) {
            (true, _) => {
                let rows: Vec<_> = rows.iter().map(json).collect::<Result<_, _>>()?;
                format!("{}{}", if parts == 0 { "" } else { ",\n" }, rows.join(",\n"))
            }
            (_, true) => csv(&rows, parts == 0)?,
            _ => lines(&rows),
        };
        output::print(&text)?;
        parts += 1;
    }
    if form.json {
        output::print("\n]}\n")?;
    }
    let is_well = run.is_done() && run.need_a_person() == 0;
    Ok(if is_well { Exit::Done } else { Exit::Problems })
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::Machine(format!("the result cannot be written as JSON: {error}")))
}

/// Formats rows as CSV, with a header line above the first ones.
fn csv(rows: &[ReconciliationRow], is_first: bool) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::Machine(format!("the result cannot be written as CSV: {error}"))
    };
    let mut writer = csv::WriterBuilder::new().has_headers(is_first).from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// Formats the rows that need a person, one a line.
fn lines(rows: &[ReconciliationRow]) -> String {
    let mut out = String::new();
    for row in rows.iter().filter(|row| row.kind.needs_a_person()) {
        let amount =
            row.amount.map(|amount| amount.localized(Language::English)).unwrap_or_default();
        let at = row.at.map(|at| at.to_string()).unwrap_or_default();
        let about = row.subject.as_ref().map(ToString::to_string);
        let about = about.or_else(|| row.key.as_ref().map(ToString::to_string));
        let case = row.case.as_ref().map(|case| format!(" (case {case})")).unwrap_or_default();
        let kind = styled(BAD, row.kind);
        let _ = writeln!(
            out,
            "  {} {kind} {amount} {at} {}: {}{case}",
            row.number,
            about.unwrap_or_default(),
            row.detail
        );
    }
    out
}

/// Describes a run in one line.
fn summary(run: &ReconciliationRun) -> String {
    let counts = RowKind::ALL.into_iter().filter(|kind| run.count(*kind) > 0);
    let counts: Vec<_> = counts.map(|kind| format!("{} {kind}", run.count(kind))).collect();
    let counts = if counts.is_empty() { "no rows".to_owned() } else { counts.join(", ") };
    let state = match (&run.interrupted, run.is_done()) {
        (Some(why), _) => format!(" (interrupted: {why})"),
        (None, false) => format!(" (not done: {})", run.state),
        (None, true) => String::new(),
    };
    let (provider, from, until) = (&run.provider, run.period.from(), run.period.until());
    format!("{provider} from {from} until {until}: {counts}{state}")
}

/// Parses a moment, or the beginning of a day in Vietnam.
fn beginning(text: &str) -> Result<Timestamp, String> {
    let day = || Timestamp::from_vietnam_civil(&format!("{text} 00:00:00"));
    let moment = text.parse().or_else(|_| day());
    moment.map_err(|_| "is neither a day (2026-11-01) nor a moment (2026-11-01T00:00:00Z)".into())
}

/// Parses a moment, or the end of a day in Vietnam.
fn end(text: &str) -> Result<Timestamp, String> {
    let is_moment = text.parse::<Timestamp>().is_ok();
    let at = beginning(text)?;
    Ok(if is_moment { at } else { Period::vietnam_day(at).until() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_vietnam_and_belongs_to_the_period_that_it_ends() {
        let (from, to) = (beginning("2026-11-01").unwrap(), end("2026-11-01").unwrap());
        assert_eq!(from.to_string(), "2026-10-31T17:00:00Z");
        assert_eq!(to.to_string(), "2026-11-01T17:00:00Z");
        let moment = "2026-11-01T00:00:00Z";
        assert_eq!(end(moment).unwrap().to_string(), moment);
        for bad in ["", "yesterday", "2026-11-31", "2026-11-01 10:00"] {
            assert!(beginning(bad).is_err(), "{bad}");
        }
    }
}
