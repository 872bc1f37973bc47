//! A store in memory, for tests and simulation.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payments_core::{PayoutRef, ProviderId, Timestamp};

use super::{Backend, Claim, Counts, Due, Rows, StoreError, Write};
use crate::{
    journal::Breaker,
    record::{Observed, PayoutRecord, RecordState},
};

/// Tables in memory. A transaction works on a copy, which its commit puts in their place.
pub(super) struct Memory {
    shared: SharedTables,
    tables: Tables,
    start: u64,
}

/// Tables that outlive the engine, as a file would.
pub(super) type SharedTables = Arc<Mutex<Tables>>;

#[derive(Clone, Default)]
pub(super) struct Tables {
    starts: u64,
    payouts: BTreeMap<PayoutRef, PayoutRecord>,
    observations: HashMap<PayoutRef, Vec<Observed>>,
    tokens: HashSet<String>,
    tasks: BTreeMap<PayoutRef, Task>,
    breakers: HashMap<ProviderId, Breaker>,
    meta: HashMap<String, String>,
}

impl Memory {
    /// Opens the tables, and counts this start.
    pub(super) fn open(shared: SharedTables) -> Self {
        let mut tables = shared.lock().unwrap_or_else(PoisonError::into_inner);
        tables.starts += 1;
        let (start, copy) = (tables.starts, tables.clone());
        drop(tables);
        Self { shared, tables: copy, start }
    }

    /// The number of this start.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    fn committed(&self) -> MutexGuard<'_, Tables> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy)]
struct Task {
    due: Timestamp,
    fence: u64,
    tries: u32,
}

impl Rows for Memory {
    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError> {
        Ok(self.tables.payouts.get(reference).cloned())
    }

    fn has_written(&mut self, token: &str) -> Result<bool, StoreError> {
        Ok(self.tables.tokens.contains(token))
    }

    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        let (tables, reference) = (&mut self.tables, write.record.reference());
        tables.tokens.insert(write.token.to_owned());
        tables.payouts.insert(reference.clone(), write.record.clone());
        tables.observations.entry(reference.clone()).or_default().push(write.observed.clone());
        match write.due {
            Due::At(due) => {
                let fence = tables.tasks.get(reference).map_or(0, |task| task.fence);
                tables.tasks.insert(reference.clone(), Task { due, fence, tries: 0 });
            }
            Due::Never => {
                tables.tasks.remove(reference);
            }
        }
        Ok(())
    }

    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        Ok(self.tables.breakers.get(provider).cloned().unwrap_or_default())
    }

    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError> {
        self.tables.breakers.insert(provider.clone(), breaker.clone());
        Ok(())
    }
}

impl Backend for Memory {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.roll_back();
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let tables = self.tables.clone();
        *self.committed() = tables;
        Ok(())
    }

    fn roll_back(&mut self) {
        let tables = self.committed().clone();
        self.tables = tables;
    }

    fn history(&mut self, reference: &PayoutRef) -> Result<Vec<Observed>, StoreError> {
        Ok(self.tables.observations.get(reference).cloned().unwrap_or_default())
    }

    fn claim(
        &mut self,
        now: Timestamp,
        lease: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError> {
        let due = self.tables.tasks.iter_mut().filter(|(_, task)| task.due <= now);
        Ok(due
            .take(most)
            .map(|(reference, task)| {
                *task = Task { due: lease, fence: task.fence + 1, tries: task.tries + 1 };
                Claim { reference: reference.clone(), fence: task.fence, tries: task.tries }
            })
            .collect())
    }

    fn set_due(&mut self, claim: &Claim, due: Timestamp) -> Result<(), StoreError> {
        let task = self.tables.tasks.get_mut(&claim.reference);
        if let Some(task) = task.filter(|task| task.fence == claim.fence) {
            task.due = due;
        }
        Ok(())
    }

    fn pull_in(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let Tables { payouts, tasks, .. } = &mut self.tables;
        for (reference, task) in tasks {
            let state = payouts.get(reference).map(|record| record.state);
            if matches!(state, Some(RecordState::Prepared | RecordState::Submitting)) {
                task.due = now;
            }
        }
        Ok(())
    }

    fn open_providers(&mut self) -> Result<Vec<ProviderId>, StoreError> {
        let open = self.tables.payouts.values().filter(|record| !record.state.is_final());
        let providers: BTreeSet<_> = open.map(|record| record.provider.clone()).collect();
        Ok(providers.into_iter().collect())
    }

    fn remember(&mut self, name: &str, value: &str) -> Result<Option<String>, StoreError> {
        Ok(self.tables.meta.insert(name.to_owned(), value.to_owned()))
    }

    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError> {
        let records = self.tables.payouts.values();
        Ok(records.filter(|record| record.open_cases().next().is_some()).cloned().collect())
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let mut by_state = HashMap::new();
        for (reference, record) in &self.tables.payouts {
            *by_state.entry(record.state).or_insert(0) += 1;
            let open = record.open_cases().count();
            counts.open_cases += open as u64;
            if !record.state.is_final() && open == 0 && !self.tables.tasks.contains_key(reference) {
                counts.forgotten += 1;
            }
            if record.state == RecordState::Uncertain {
                let oldest = counts
                    .oldest_uncertain
                    .map_or(record.changed_at, |oldest| oldest.min(record.changed_at));
                counts.oldest_uncertain = Some(oldest);
            }
        }
        counts.by_state = by_state.into_iter().collect();
        Ok(counts)
    }
}
