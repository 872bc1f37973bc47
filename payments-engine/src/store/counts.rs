//! Counts of a store's records.

use std::collections::BTreeMap;

use payments_core::Timestamp;

use crate::record::{Case, CaseKind, RecordState};

/// The numbers of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Payouts by state; a state without records may be missing.
    pub(crate) by_state: Vec<(RecordState, u64)>,
    /// Cases that wait for a person, by kind; a kind without cases is missing.
    pub(crate) cases: BTreeMap<CaseKind, u64>,
    /// Records that are neither final nor due nor before a person.
    pub(crate) forgotten: u64,
    /// When the longest forgotten of them changed.
    pub(crate) oldest_forgotten: Option<Timestamp>,
    /// When the oldest uncertain payout last changed.
    pub(crate) oldest_uncertain: Option<Timestamp>,
    /// The number of engines that run on the store.
    pub(crate) running: u64,
}

impl Counts {
    /// Adds open cases by their stored kinds: `records` records have the same kinds, and `cases`
    /// open cases in total.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        allow(dead_code, reason = "a database stores kinds")
    )]
    pub(super) fn add_kinds(&mut self, kinds: Option<&str>, records: u64, cases: u64) {
        let Some(kinds) = kinds else {
            // An earlier version stored it.
            *self.cases.entry(CaseKind::Unrecognised).or_default() += cases;
            return;
        };
        for kind in kinds.split(',').filter(|kind| !kind.is_empty()) {
            *self.cases.entry(CaseKind::of_stored(kind)).or_default() += records;
        }
    }

    /// Counts the open cases of a record.
    pub(super) fn add_cases<'a>(&mut self, open: impl Iterator<Item = &'a Case>) {
        for case in open {
            *self.cases.entry(case.kind).or_default() += 1;
        }
    }

    /// Counts a record that is forgotten since a time.
    pub(super) fn add_forgotten(&mut self, since: Timestamp) {
        self.forgotten += 1;
        self.oldest_forgotten =
            Some(self.oldest_forgotten.map_or(since, |oldest| oldest.min(since)));
    }
}

/// Returns the kinds of open cases as they are stored.
pub(super) fn kinds_of<'a>(open: impl Iterator<Item = &'a Case>) -> String {
    open.map(|case| case.kind.as_str()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_counted_by_kind_and_those_of_earlier_versions_too() {
        let mut counts = Counts::default();
        counts.add_kinds(Some("over,late"), 2, 4);
        counts.add_kinds(Some("over"), 1, 1);
        counts.add_kinds(Some("teleported"), 1, 1);
        counts.add_kinds(None, 1, 3);
        let expected = [(CaseKind::Over, 3), (CaseKind::Late, 2), (CaseKind::Unrecognised, 4)];
        assert_eq!(counts.cases, expected.into_iter().collect());
    }
}
