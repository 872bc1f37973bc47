//! Reconciliations in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use payments_core::{DedupeKey, ProviderId, Timestamp, money::Money};

use super::{Tables, renaming::values};
use crate::{
    reconcile::{Period, ReconciliationRow, StoredRun},
    record::{CreditRecord, PayoutRecord},
    store::{ReconciliationRows, Renaming, StoreError},
};

/// The runs, their rows, and the marks of those under way.
#[derive(Clone, Default)]
pub(super) struct ReconciliationTables {
    runs: BTreeMap<u64, (String, StoredRun)>,
    rows: BTreeMap<(u64, u64), ReconciliationRow>,
    marks: BTreeMap<(u64, String), u64>,
}

impl Tables {
    /// Returns the tables of reconciliations for changing them.
    fn own(&mut self) -> &mut ReconciliationTables {
        Arc::make_mut(&mut self.reconciliation)
    }
}

impl ReconciliationTables {
    /// Gives a provider its new name in the runs and in their rows.
    pub(super) fn rename(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        values(renaming, self.runs.values_mut().map(|(_, run)| run))?;
        values(renaming, self.rows.values_mut())
    }
}

impl ReconciliationRows for &mut Tables {
    fn begin_run(&mut self, stored: &StoredRun) -> Result<StoredRun, StoreError> {
        let runs = &mut self.own().runs;
        if let Some((_, known)) = runs.values().find(|(begun_by, _)| *begun_by == stored.token) {
            return Ok(known.clone());
        }
        let number = runs.last_key_value().map_or(1, |(last, _)| last + 1);
        let mut stored = stored.clone();
        stored.run.number = number;
        runs.insert(number, (stored.token.clone(), stored.clone()));
        Ok(stored)
    }

    fn run(&mut self, number: u64) -> Result<Option<StoredRun>, StoreError> {
        Ok(self.reconciliation.runs.get(&number).map(|(_, stored)| stored.clone()))
    }

    fn put_run(&mut self, stored: &StoredRun) -> Result<(), StoreError> {
        if let Some((_, known)) = self.own().runs.get_mut(&stored.run.number) {
            *known = stored.clone();
        }
        Ok(())
    }

    fn runs(&mut self, most: usize) -> Result<Vec<StoredRun>, StoreError> {
        let runs = self.reconciliation.runs.values().rev().take(most);
        Ok(runs.map(|(_, stored)| stored.clone()).collect())
    }

    fn put_rows(&mut self, run: u64, rows: &[ReconciliationRow]) -> Result<(), StoreError> {
        for row in rows {
            self.own().rows.insert((run, row.number), row.clone());
        }
        Ok(())
    }

    fn rows(
        &mut self,
        run: u64,
        after: u64,
        most: usize,
    ) -> Result<Vec<ReconciliationRow>, StoreError> {
        let rows = self.reconciliation.rows.range((run, after.saturating_add(1))..=(run, u64::MAX));
        Ok(rows.take(most).map(|(_, row)| row.clone()).collect())
    }

    fn mark(
        &mut self,
        run: u64,
        page: u64,
        names: &[String],
    ) -> Result<Vec<Option<u64>>, StoreError> {
        let marks = &mut self.own().marks;
        let mut known = Vec::new();
        for name in names {
            let name = (run, name.clone());
            known.push(marks.get(&name).copied());
            marks.entry(name).or_insert(page);
        }
        Ok(known)
    }

    fn are_marked(&mut self, run: u64, names: &[String]) -> Result<Vec<bool>, StoreError> {
        let marks = &self.reconciliation.marks;
        Ok(names.iter().map(|name| marks.contains_key(&(run, name.clone()))).collect())
    }

    fn remove_marks(&mut self, run: u64, most: usize) -> Result<usize, StoreError> {
        let marks = &mut self.own().marks;
        let of_run = marks.keys().filter(|(of, _)| *of == run).take(most);
        let names: Vec<_> = of_run.cloned().collect();
        for name in &names {
            marks.remove(name);
        }
        Ok(names.len())
    }

    fn credits_of(
        &mut self,
        provider: &ProviderId,
        keys: &[DedupeKey],
    ) -> Result<Vec<CreditRecord>, StoreError> {
        let credits = &self.payments.credits;
        let known = keys.iter().filter_map(|key| credits.get(&(provider.clone(), key.clone())));
        Ok(known.cloned().collect())
    }

    fn credits_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, CreditRecord)>, StoreError> {
        let own = self.payments.credits.values().filter(|credit| credit.provider == *provider);
        let timed = own.map(|credit| {
            let at = credit.movement.at.unwrap_or(credit.reported_at);
            ((at, credit.movement.key.to_string()), credit)
        });
        let mut found: Vec<_> = timed
            .filter(|(place, _)| {
                period.contains(place.0) && after.is_none_or(|after| place > after)
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let found = found.into_iter().take(most);
        Ok(found.map(|((at, _), credit)| (at, credit.clone())).collect())
    }

    fn payouts_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError> {
        let own = self.payouts.values().filter(|record| record.provider == *provider);
        let timed = own.map(|record| ((record.moved_at(), record.reference().to_string()), record));
        let mut found: Vec<_> = timed
            .filter(|(place, _)| {
                period.contains(place.0) && after.is_none_or(|after| place > after)
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let found = found.into_iter().take(most);
        Ok(found.map(|((at, _), record)| (at, record.clone())).collect())
    }

    fn payouts_like(
        &mut self,
        provider: &ProviderId,
        amount: Money,
        (from, until): (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError> {
        let like = self.payouts.values().filter(|record| {
            let at = record.moved_at();
            record.provider == *provider
                && record.request.amount == amount
                && from <= at
                && at <= until
        });
        let mut like: Vec<_> = like.map(|record| (record.moved_at(), record.clone())).collect();
        like.sort_by_key(|(at, _)| *at);
        like.truncate(most);
        Ok(like)
    }
}
