//! One row of the table: a payout under one fault.

use std::fmt;

use conformance_tests::proxy::Fault;
use payments_core::{
    Absence, DeclineReason, ErrorKind, Lookup, Result, Submission, UncertainCause,
    payout::{CreatePayout, Payout, PayoutState},
};

/// One payout under one fault.
#[derive(Debug)]
pub(crate) struct Row {
    /// What went wrong; nothing in the first row.
    pub(crate) fault: Option<Fault>,
    /// How often the payout was sent.
    pub(crate) sent: usize,
    /// What the provider said.
    pub(crate) outcome: Outcome,
    /// How often the gateway booked it.
    pub(crate) bookings: usize,
    /// What an inquiry said afterwards.
    pub(crate) found: Found,
}

/// What a provider said of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Error(ErrorKind),
    Accepted { as_asked: bool },
    Declined { confirmed: bool, reason: DeclineReason },
    Uncertain(UncertainCause),
}

/// What an inquiry said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Error(ErrorKind),
    Absent { conclusive: bool },
    One { state: PayoutState, as_asked: bool },
    Several(usize),
}

impl Row {
    /// Whether the gateway got the request.
    pub(crate) fn arrived(&self) -> bool {
        self.fault.is_none_or(Fault::booked)
    }

    fn columns(&self) -> [String; 5] {
        [
            self.fault.map_or("none", Fault::name).to_owned(),
            if self.arrived() { "yes" } else { "no" }.to_owned(),
            self.outcome.to_string(),
            self.bookings.to_string(),
            self.found.to_string(),
        ]
    }
}

impl Outcome {
    pub(crate) fn of(outcome: Result<Submission<Payout>>, asked: &CreatePayout) -> Self {
        match outcome {
            Err(error) => Self::Error(error.kind()),
            Ok(Submission::Accepted(payout)) => {
                Self::Accepted { as_asked: is_as_asked(&payout, asked) }
            }
            Ok(Submission::Declined(decline)) => {
                Self::Declined { confirmed: decline.confirmed, reason: decline.reason }
            }
            Ok(Submission::Uncertain(uncertain)) => Self::Uncertain(uncertain.cause),
        }
    }
}

impl Found {
    pub(crate) fn of(lookup: Result<Lookup<Payout>>, asked: &CreatePayout) -> Self {
        match lookup {
            Err(error) => Self::Error(error.kind()),
            Ok(Lookup::Absent(absence)) => {
                Self::Absent { conclusive: absence == Absence::Conclusive }
            }
            Ok(Lookup::Found(payout)) => {
                Self::One { state: payout.state, as_asked: is_as_asked(&payout, asked) }
            }
            Ok(Lookup::Several(payouts)) => Self::Several(payouts.len()),
        }
    }
}

/// Whether a payout has the reference and the amount that were asked for, and goes to the same
/// account, where the provider names one.
fn is_as_asked(payout: &Payout, asked: &CreatePayout) -> bool {
    let account = &asked.beneficiary.account.number;
    payout.payout == asked.payout
        && payout.amount == asked.amount
        && payout.account.as_ref().is_none_or(|named| named == account)
}

/// Prints the rows as a table.
pub(crate) fn print(kind: &str, rows: &[Row]) {
    let heads = ["fault", "gateway booked", "outcome", "bookings", "found by inquiry"];
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(rows.iter().map(Row::columns));
    let widths: [usize; 5] = std::array::from_fn(|column| {
        lines.iter().map(|line| line[column].len()).max().unwrap_or_default()
    });
    lines.insert(1, widths.map(|width| "-".repeat(width)));
    println!("\nA payout to {kind} under each fault\n");
    for line in lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(kind) => write!(f, "Err: {kind:?}, nothing sent"),
            Self::Accepted { as_asked: true } => f.write_str("Accepted"),
            Self::Accepted { as_asked: false } => f.write_str("Accepted, NOT AS ASKED"),
            Self::Declined { confirmed: true, reason } => {
                write!(f, "DECLINED, CONFIRMED: {reason:?}")
            }
            Self::Declined { confirmed: false, reason } => {
                write!(f, "Declined, unconfirmed: {reason:?}")
            }
            Self::Uncertain(cause) => write!(f, "Uncertain: {cause:?}"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(kind) => write!(f, "Err: {kind:?}"),
            Self::Absent { conclusive: true } => f.write_str("absent"),
            Self::Absent { conclusive: false } => f.write_str("absent as yet"),
            Self::One { state, as_asked: true } => write!(f, "one, {state:?}"),
            Self::One { state, as_asked: false } => write!(f, "one, {state:?}, NOT AS ASKED"),
            Self::Several(number) => write!(f, "SEVERAL: {number}"),
        }
    }
}
