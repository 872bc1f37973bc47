//! Runs of reconciliations.

use std::collections::BTreeMap;
use std::fmt;

use payments_core::{ProviderId, Timestamp, statement::Cursor};
use serde::{Deserialize, Serialize};

use super::{Period, ReconciliationRow, RowKind};

/// One comparison of a provider's statement over a period with the records.
///
/// Its rows never change. A later run over the same period is stored beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReconciliationRun {
    /// The number of the run in the store.
    pub number: u64,
    /// The provider whose statement is compared.
    pub provider: ProviderId,
    /// The period.
    pub period: Period,
    /// The progress of the run.
    pub state: RunState,
    /// When the run began.
    pub started_at: Timestamp,
    /// When the run last continued.
    pub changed_at: Timestamp,
    /// The number of lines that were read, including those around the period.
    pub lines: u64,
    /// The number of rows by kind. Kinds without rows are left out.
    #[serde(default)]
    pub rows: BTreeMap<RowKind, u64>,
    /// Why the run was interrupted, or `None` if its last step succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<String>,
}

/// The progress of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunState {
    /// The run is complete, with all of its rows.
    Done,
    /// The run looks for records that no line matches.
    LookingForMissing,
    /// The run reads the statement. A stored state that this version does not know is read as this
    /// one.
    #[serde(other)]
    Reading,
}

impl ReconciliationRun {
    /// Returns whether the run is complete.
    pub fn is_done(&self) -> bool {
        self.state == RunState::Done
    }

    /// Returns the number of rows of a kind.
    pub fn count(&self, kind: RowKind) -> u64 {
        self.rows.get(&kind).copied().unwrap_or(0)
    }

    /// Returns the number of rows that need a person.
    pub fn need_a_person(&self) -> u64 {
        let rows = self.rows.iter().filter(|(kind, _)| kind.needs_a_person());
        rows.map(|(_, count)| count).sum()
    }

    /// Gives a row the next number, and counts it.
    pub(super) fn number_row(&mut self, row: ReconciliationRow) -> ReconciliationRow {
        *self.rows.entry(row.kind).or_default() += 1;
        ReconciliationRow { number: self.rows.values().sum(), ..row }
    }
}

impl RunState {
    /// Returns the state as one word or several, joined by `_`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::LookingForMissing => "looking_for_missing",
            Self::Done => "done",
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().replace('_', " "))
    }
}

/// A run as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredRun {
    pub(crate) run: ReconciliationRun,
    /// Where the run continues.
    pub(crate) place: Place,
    /// Whether the statement also lists outgoing money, so that the run looks for payouts.
    pub(crate) lists_outgoing: bool,
    /// Grows by one with every write, to detect that two callers continue one run.
    pub(crate) revision: u64,
    /// The token of the last write. A write whose commit is unknown is repeated under it.
    pub(crate) token: String,
}

/// Where a run continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// In the statement: the page that begins at a cursor, by its number in the run.
    Page { number: u64, from: Cursor },
    /// Among the credits of the period, after the one with this time and key.
    Credits(Option<(Timestamp, String)>),
    /// Among the payouts of the period, after the one with this time and reference.
    Payouts(Option<(Timestamp, String)>),
    /// At the removal of the marks, which only a run under way needs.
    Marks,
    /// Nowhere, because it is complete.
    End,
}
