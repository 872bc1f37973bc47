//! A store in memory, for tests and simulation.

mod handling;
mod inbox;
mod payments;
mod reconciliation;
mod renaming;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payments_core::{PayoutRef, ProviderId, Timestamp};

use super::{
    Backend, Claim, Counts, Due, HandlerRows, InboxRows, PaymentRows, ReconciliationRows, Renaming,
    Resealed, Rows, StoreError, StoreIdentity, TaskKind, Write,
};
use crate::{
    journal::Breaker,
    record::{Observed, PayoutRecord, RecordState},
    resolver::schedule::LEASE,
};

/// Tables in memory. A transaction changes a copy, and its commit replaces the tables by it.
pub(super) struct Memory {
    shared: SharedTables,
    tables: Arc<Tables>,
    start: u64,
}

/// Tables that outlive the engine, like a file.
pub(super) type SharedTables = Arc<Mutex<Arc<Tables>>>;

#[derive(Clone, Default)]
pub(super) struct Tables {
    starts: u64,
    payouts: BTreeMap<PayoutRef, PayoutRecord>,
    observations: HashMap<PayoutRef, Arc<Vec<Observed>>>,
    tokens: HashSet<String>,
    tasks: BTreeMap<(TaskKind, String), Task>,
    handling: handling::HandlerTables,
    inbox: Arc<inbox::InboxTables>,
    payments: Arc<payments::PaymentTables>,
    reconciliation: Arc<reconciliation::ReconciliationTables>,
    breakers: HashMap<ProviderId, Breaker>,
    /// The number of tasks that were created, for their first fences.
    made: u64,
    meta: HashMap<String, String>,
}

impl Memory {
    /// Opens the tables, and counts this start.
    pub(super) fn open(shared: SharedTables) -> Self {
        let mut committed = shared.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut committed).starts += 1;
        let (start, tables) = (committed.starts, Arc::clone(&committed));
        drop(committed);
        Self { shared, tables, start }
    }

    /// Returns the number of this start.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    fn committed(&self) -> MutexGuard<'_, Arc<Tables>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the tables for changing them.
    fn change(&mut self) -> &mut Tables {
        Arc::make_mut(&mut self.tables)
    }
}

#[derive(Clone, Copy)]
struct Task {
    due: Timestamp,
    fence: u64,
    tries: u32,
}

impl Tables {
    /// Makes a task due anew, or removes it. `voids` is 1 if earlier claims of it are void, or 0.
    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due, voids: u64) {
        let name = (kind, subject.to_owned());
        match due {
            Due::At(due) => {
                let known = self.tasks.get(&name).map(|task| task.fence + voids);
                let fence = known.unwrap_or_else(|| {
                    // Keep its fences far from those of a removed task with this name.
                    self.made += 1;
                    self.made << 32
                });
                self.tasks.insert(name, Task { due, fence, tries: 0 });
            }
            Due::Never => drop(self.tasks.remove(&name)),
        }
    }
}

impl Rows for Memory {
    fn identity(&mut self) -> Result<StoreIdentity, StoreError> {
        // An app's transaction cannot be on this store.
        Ok(StoreIdentity { name: "memory".to_owned(), starts: self.start })
    }

    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError> {
        Ok(self.tables.payouts.get(reference).cloned())
    }

    fn payout_to_change(
        &mut self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError> {
        self.payout(reference)
    }

    fn has_written(&mut self, token: &str) -> Result<bool, StoreError> {
        Ok(self.tables.tokens.contains(token))
    }

    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        let (tables, reference) = (self.change(), write.record.reference());
        tables.tokens.insert(write.token.to_owned());
        tables.payouts.insert(reference.clone(), write.record.clone());
        let observations = tables.observations.entry(reference.clone()).or_default();
        Arc::make_mut(observations).push(write.observed.clone());
        tables.make_due(TaskKind::Payout, reference.as_str(), write.due, 0);
        Ok(())
    }

    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        Ok(self.tables.breakers.get(provider).cloned().unwrap_or_default())
    }

    fn breaker_to_change(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        self.breaker(provider)
    }

    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError> {
        self.change().breakers.insert(provider.clone(), breaker.clone());
        Ok(())
    }

    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due) -> Result<(), StoreError> {
        self.change().make_due(kind, subject, due, 1);
        Ok(())
    }

    fn is_claimed(&mut self, claim: &Claim) -> Result<bool, StoreError> {
        let task = self.tables.tasks.get(&(claim.kind, claim.subject.clone()));
        Ok(task.is_some_and(|task| task.fence == claim.fence))
    }

    fn set_due(&mut self, claim: &Claim, due: Due) -> Result<(), StoreError> {
        if self.is_claimed(claim)? {
            let name = (claim.kind, claim.subject.clone());
            let tasks = &mut self.change().tasks;
            match (due, tasks.get_mut(&name)) {
                (Due::At(due), Some(task)) => task.due = due,
                _ => drop(tasks.remove(&name)),
            }
        }
        Ok(())
    }

    fn inbox(&mut self) -> Box<dyn InboxRows + '_> {
        Box::new(self)
    }

    fn payments(&mut self) -> Box<dyn PaymentRows + '_> {
        Box::new(self)
    }

    fn handling(&mut self) -> Box<dyn HandlerRows + '_> {
        Box::new(self.change())
    }

    fn reconciliation(&mut self) -> Box<dyn ReconciliationRows + '_> {
        Box::new(self.change())
    }

    fn handlers(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(self.tables.handling.names.iter().cloned().collect())
    }
}

impl Backend for Memory {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.roll_back();
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let tables = Arc::clone(&self.tables);
        *self.committed() = tables;
        Ok(())
    }

    fn roll_back(&mut self) {
        let tables = Arc::clone(&self.committed());
        self.tables = tables;
    }

    fn history(&mut self, reference: &PayoutRef) -> Result<Vec<Observed>, StoreError> {
        let observations = self.tables.observations.get(reference);
        Ok(observations.map(|observations| observations.to_vec()).unwrap_or_default())
    }

    fn claim(
        &mut self,
        kind: TaskKind,
        now: Timestamp,
        lease: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError> {
        let is_due = |of: TaskKind, task: &Task| of == kind && task.due <= now;
        if !self.tables.tasks.iter().any(|((of, _), task)| is_due(*of, task)) {
            return Ok(Vec::new());
        }
        let tasks = self.change().tasks.iter_mut();
        let due = tasks.filter(|((of, _), task)| is_due(*of, task));
        Ok(due
            .take(most)
            .map(|((_, subject), task)| {
                *task = Task { due: lease, fence: task.fence + 1, tries: task.tries + 1 };
                let subject = subject.clone();
                Claim { kind, subject, fence: task.fence, tries: task.tries }
            })
            .collect())
    }

    fn pull_in(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let Tables { payouts, tasks, .. } = self.change();
        for ((kind, subject), task) in tasks {
            let reference = PayoutRef::new(subject.as_str()).ok();
            let record = reference.and_then(|reference| payouts.get(&reference));
            let state = record.filter(|_| *kind == TaskKind::Payout).map(|record| record.state);
            let is_left = matches!(state, Some(RecordState::Prepared | RecordState::Submitting));
            // Work due within a lease may have been claimed by an engine that ended.
            if is_left || task.due <= now.plus(LEASE) {
                task.due = if is_left { now } else { task.due.min(now) };
            }
        }
        Ok(())
    }

    fn is_live(&mut self, start: u64) -> Result<bool, StoreError> {
        Ok(start == self.start)
    }

    fn beat(&mut self, _now: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn close(&mut self) {}

    fn open_providers(&mut self) -> Result<Vec<ProviderId>, StoreError> {
        let open = self.tables.payouts.values().filter(|record| !record.state.is_final());
        let providers: BTreeSet<_> = open.map(|record| record.provider.clone()).collect();
        Ok(providers.into_iter().collect())
    }

    fn remember(&mut self, name: &str, value: &str) -> Result<Option<String>, StoreError> {
        Ok(self.change().meta.insert(name.to_owned(), value.to_owned()))
    }

    fn forget(&mut self, name: &str) -> Result<(), StoreError> {
        self.change().meta.remove(name);
        Ok(())
    }

    fn remembered(&mut self, beginning: &str) -> Result<Vec<(String, String)>, StoreError> {
        let meta = self.tables.meta.iter().filter(|(name, _)| name.starts_with(beginning));
        let mut found: Vec<_> = meta.map(|(name, value)| (name.clone(), value.clone())).collect();
        found.sort();
        Ok(found)
    }

    fn next_number(&mut self, series: &str, at_least: u64) -> Result<u64, StoreError> {
        let known = self.tables.meta.get(series).and_then(|known| known.parse::<u64>().ok());
        let next = known.map_or(at_least, |known| at_least.max(known.saturating_add(1)));
        self.change().meta.insert(series.to_owned(), next.to_string());
        Ok(next)
    }

    fn payouts_after(
        &mut self,
        state: Option<RecordState>,
        after: &str,
        most: usize,
    ) -> Result<Vec<PayoutRecord>, StoreError> {
        let records = self.tables.payouts.values().filter(|record| {
            record.reference().as_str() > after && state.is_none_or(|state| record.state == state)
        });
        Ok(records.take(most).cloned().collect())
    }

    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError> {
        let records = self.tables.payouts.values();
        Ok(records.filter(|record| record.open_cases().next().is_some()).cloned().collect())
    }

    fn is_shared(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn rename_rows(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        self.change().rename(renaming)
    }

    /// Does nothing, because memory is not sealed.
    fn reseal(
        &mut self,
        _column: usize,
        _after: &(String, String),
        _most: usize,
        _renaming: Option<&Renaming>,
    ) -> Result<Option<Resealed>, StoreError> {
        Ok(None)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let mut counts = Counts { running: 1, ..Counts::default() };
        let mut by_state = HashMap::new();
        let tables = &self.tables;
        let is_due = |kind, subject: String| tables.tasks.contains_key(&(kind, subject));
        for (reference, record) in &tables.payouts {
            *by_state.entry(record.state).or_insert(0) += 1;
            counts.add_cases(record.open_cases());
            let is_waiting = record.state.is_final() || record.open_cases().next().is_some();
            if !is_waiting && !is_due(TaskKind::Payout, reference.to_string()) {
                counts.add_forgotten(record.changed_at);
            }
            if record.state == RecordState::Uncertain {
                let oldest = counts
                    .oldest_uncertain
                    .map_or(record.changed_at, |oldest| oldest.min(record.changed_at));
                counts.oldest_uncertain = Some(oldest);
            }
        }
        for record in tables.payments.all() {
            counts.add_cases(record.open_cases());
            let is_waiting = !record.is_unsettled() || record.open_cases().next().is_some();
            if !is_waiting && !is_due(TaskKind::Payment, record.order.to_string()) {
                counts.add_forgotten(record.changed_at);
            }
        }
        for credit in tables.payments.credits.values() {
            counts.add_cases(credit.open_cases());
        }
        for delivery in tables.inbox.unconfirmed() {
            if !is_due(TaskKind::Confirm, delivery.number.to_string()) {
                counts.add_forgotten(delivery.received_at);
            }
        }
        counts.by_state = by_state.into_iter().collect();
        Ok(counts)
    }
}
