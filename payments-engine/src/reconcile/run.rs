//! One run of a reconciliation.

use std::collections::BTreeMap;
use std::fmt;

use payments_core::{ProviderId, Timestamp, statement::Cursor};
use serde::{Deserialize, Serialize};

use super::{Period, ReconciliationRow, RowKind};

/// One comparison of a provider's statement over a period with what is on record.
///
/// Its rows never change. A later run over the same period stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReconciliationRun {
    /// Its number in the store.
    pub number: u64,
    /// The provider whose statement is compared.
    pub provider: ProviderId,
    /// The period.
    pub period: Period,
    /// How far it is.
    pub state: RunState,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it went on last.
    pub changed_at: Timestamp,
    /// How many lines of the statement were read, those around the period included.
    pub lines: u64,
    /// How many rows it has, by kind; kinds without rows are left out.
    #[serde(default)]
    pub rows: BTreeMap<RowKind, u64>,
    /// Why it could not go on last, if it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<String>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunState {
    /// It has ended: its rows are complete.
    Done,
    /// What is on record is looked for among the lines.
    LookingForMissing,
    /// The statement is read. Also a stored state that this version does not know.
    #[serde(other)]
    Reading,
}

impl ReconciliationRun {
    /// Whether its rows are complete.
    pub fn is_done(&self) -> bool {
        self.state == RunState::Done
    }

    /// How many rows of a kind it has.
    pub fn count(&self, kind: RowKind) -> u64 {
        self.rows.get(&kind).copied().unwrap_or(0)
    }

    /// How many rows need a person.
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
    /// The state in one word or several, joined by `_`.
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
    /// Where it goes on.
    pub(crate) place: Place,
    /// Whether the statement lists outgoing money too, so that payouts are looked for.
    pub(crate) lists_outgoing: bool,
    /// Grows by one with every write, so that two that go on with one run are told apart.
    pub(crate) revision: u64,
    /// The name of the last write: one whose commit is not known is repeated under it.
    pub(crate) token: String,
}

/// Where a run goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// In the statement: the page that begins at a cursor, by its number in the run.
    Page { number: u64, from: Cursor },
    /// Among the credits of the period, after the one with this time and key.
    Credits(Option<(Timestamp, String)>),
    /// Among the payouts of the period, after the one with this time and reference.
    Payouts(Option<(Timestamp, String)>),
    /// The marks are removed, which only a run under way needs.
    Marks,
    /// Nowhere.
    End,
}
