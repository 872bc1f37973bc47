//! Reconciliation: compares a provider's statement of a period with the engine's records.
//!
//! A run reads one page of the statement at a time, and commits a part of a page at a time, so that
//! memory does not grow with the number of lines and other work does not wait long. [`lines`]
//! compares the lines with the records; [`missing`] then looks for records that no line matches.
//! Both decide inside the transaction that stores the rows.

mod lines;
mod mark;
mod missing;
mod period;
mod row;
mod run;

pub(crate) use lines::compare_lines;
pub(crate) use mark::Marks;
pub(crate) use missing::look_for_missing;
pub use period::Period;
pub use row::{ReconciliationRow, RowKind};
pub(crate) use run::{Place, StoredRun};
pub use run::{ReconciliationRun, RunState};

use std::time::Duration;

use payments_core::{Movement, ProviderId, Timestamp};

use crate::{
    record::{Report, ReportData, Source},
    seeded::Seeded,
    store::Rows,
};

/// The longest delay with which banks enter a line. A statement is read this far beyond its period,
/// and no case is opened for this long about a movement that it does not list.
pub(crate) const LATE: Duration = Duration::from_secs(24 * 3_600);

/// The work of one transaction of a run.
pub(crate) struct Comparing<'a> {
    pub(crate) rows: &'a mut dyn Rows,
    pub(crate) stored: &'a mut StoredRun,
    /// The token of the write. The tokens of its observations begin with it.
    pub(crate) token: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) start: u64,
    /// A mistake added by a trial.
    pub(crate) seeded: Option<Seeded>,
    found: Vec<ReconciliationRow>,
    writes: u32,
}

impl<'a> Comparing<'a> {
    pub(crate) fn new(
        rows: &'a mut dyn Rows,
        stored: &'a mut StoredRun,
        (token, at, start): (&'a str, Timestamp, u64),
        seeded: Option<Seeded>,
    ) -> Self {
        Self { rows, stored, token, at, start, seeded, found: Vec::new(), writes: 0 }
    }

    fn provider(&self) -> &ProviderId {
        &self.stored.run.provider
    }

    fn is_seeded(&self, mistake: Seeded) -> bool {
        cfg!(feature = "seeded-bugs") && self.seeded == Some(mistake)
    }

    /// Returns the token of the next observation.
    fn next_token(&mut self) -> String {
        self.writes += 1;
        format!("{}-{}", self.token, self.writes)
    }

    /// Adds a row to the run.
    fn add(&mut self, row: ReconciliationRow) {
        let row = self.stored.run.number_row(row);
        self.found.push(row);
    }

    /// Stores the result.
    fn end(self) -> Result<(), crate::store::StoreError> {
        self.rows.reconciliation().put_rows(self.stored.run.number, &self.found)
    }
}

/// Converts a line of a statement into a report.
fn report_of(provider: &ProviderId, line: &Movement) -> Report {
    let data = ReportData::Movement(Box::new(line.clone()));
    Report::new(provider.clone(), Source::Statement, data).with_key(line.key.clone())
}
