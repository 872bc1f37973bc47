//! A store whose commits fail on demand, for trials.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use payments_core::{PayoutRef, ProviderId, Timestamp};

use super::{
    Backend, Claim, Counts, Due, HandlerRows, InboxRows, PaymentRows, ReconciliationRows, Renaming,
    Resealed, Rows, StoreError, StoreIdentity, TaskKind, Write,
};
use crate::{
    journal::Breaker,
    record::{Observed, PayoutRecord, RecordState},
};

/// A fault of one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "seeded-bugs"), expect(dead_code, reason = "only trials make them"))]
#[cfg_attr(not(feature = "seeded-bugs"), expect(unreachable_pub, reason = "only trials see them"))]
pub enum Fault {
    /// The commit fails, and nothing is written.
    Refused,
    /// The commit is carried out, and its response is lost.
    LostAfter,
    /// The commit is not carried out, and its response is lost.
    LostBefore,
    /// The commit is carried out, and the process ends, so that nothing more is read or written.
    EndsAfter,
    /// The commit is not carried out, and the process ends.
    EndsBefore,
}

/// The faults of commits by number. Clones share the count of commits.
#[derive(Clone)]
pub(super) struct Faults {
    strikes: Arc<dyn Fn(u64) -> Option<Fault> + Send + Sync>,
    commits: Arc<AtomicU64>,
}

impl Faults {
    #[cfg_attr(not(feature = "seeded-bugs"), expect(dead_code, reason = "only trials make them"))]
    pub(super) fn new(strikes: impl Fn(u64) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self { strikes: Arc::new(strikes), commits: Arc::default() }
    }
}

/// A store with the faults of its commits.
pub(super) struct Faulty {
    inner: Box<dyn Backend>,
    faults: Faults,
    has_written: bool,
    was_struck: bool,
    has_ended: bool,
}

impl Faulty {
    pub(super) fn new(inner: Box<dyn Backend>, faults: Faults) -> Self {
        Self { inner, faults, has_written: false, was_struck: false, has_ended: false }
    }
}

impl Rows for Faulty {
    fn identity(&mut self) -> Result<StoreIdentity, StoreError> {
        self.inner.identity()
    }

    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError> {
        self.inner.payout(reference)
    }

    fn payout_to_change(
        &mut self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError> {
        self.inner.payout_to_change(reference)
    }

    fn has_written(&mut self, token: &str) -> Result<bool, StoreError> {
        self.inner.has_written(token)
    }

    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        self.has_written = true;
        self.inner.write(write)
    }

    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        self.inner.breaker(provider)
    }

    fn breaker_to_change(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        self.inner.breaker_to_change(provider)
    }

    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError> {
        self.inner.set_breaker(provider, breaker)
    }

    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due) -> Result<(), StoreError> {
        self.inner.make_due(kind, subject, due)
    }

    fn is_claimed(&mut self, claim: &Claim) -> Result<bool, StoreError> {
        self.inner.is_claimed(claim)
    }

    fn set_due(&mut self, claim: &Claim, due: Due) -> Result<(), StoreError> {
        self.inner.set_due(claim, due)
    }

    fn inbox(&mut self) -> Box<dyn InboxRows + '_> {
        self.has_written = true;
        self.inner.inbox()
    }

    fn payments(&mut self) -> Box<dyn PaymentRows + '_> {
        self.has_written = true;
        self.inner.payments()
    }

    fn handling(&mut self) -> Box<dyn HandlerRows + '_> {
        self.has_written = true;
        self.inner.handling()
    }

    fn reconciliation(&mut self) -> Box<dyn ReconciliationRows + '_> {
        self.has_written = true;
        self.inner.reconciliation()
    }

    fn handlers(&mut self) -> Result<Vec<String>, StoreError> {
        self.inner.handlers()
    }
}

impl Backend for Faulty {
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.has_ended {
            return Err(StoreError::NotDone("the process has ended".to_owned()));
        }
        self.has_written = false;
        self.inner.begin()
    }

    /// Only commits that write an observation, or repeat one, are counted.
    fn commit(&mut self) -> Result<(), StoreError> {
        if !self.has_written && !self.was_struck {
            return self.inner.commit();
        }
        let number = self.faults.commits.fetch_add(1, Ordering::SeqCst);
        let lost = || StoreError::Unknown(format!("commit {number} was not answered"));
        let fault = (self.faults.strikes)(number);
        self.was_struck = fault.is_some();
        match fault {
            None => self.inner.commit(),
            Some(Fault::Refused) => {
                Err(StoreError::NotDone(format!("commit {number} was refused")))
            }
            Some(Fault::LostBefore) => Err(lost()),
            Some(Fault::LostAfter) => self.inner.commit().and_then(|()| Err(lost())),
            Some(fault @ (Fault::EndsBefore | Fault::EndsAfter)) => {
                self.has_ended = true;
                if fault == Fault::EndsAfter {
                    self.inner.commit()?;
                }
                Err(lost())
            }
        }
    }

    fn roll_back(&mut self) {
        self.inner.roll_back();
    }

    fn history(&mut self, reference: &PayoutRef) -> Result<Vec<Observed>, StoreError> {
        self.inner.history(reference)
    }

    fn claim(
        &mut self,
        kind: TaskKind,
        now: Timestamp,
        lease: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError> {
        self.inner.claim(kind, now, lease, most)
    }

    fn pull_in(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.inner.pull_in(now)
    }

    fn is_live(&mut self, start: u64) -> Result<bool, StoreError> {
        self.inner.is_live(start)
    }

    fn beat(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.inner.beat(now)
    }

    fn close(&mut self) {
        self.inner.close();
    }

    fn open_providers(&mut self) -> Result<Vec<ProviderId>, StoreError> {
        self.inner.open_providers()
    }

    fn remember(&mut self, name: &str, value: &str) -> Result<Option<String>, StoreError> {
        self.inner.remember(name, value)
    }

    fn forget(&mut self, name: &str) -> Result<(), StoreError> {
        self.inner.forget(name)
    }

    fn remembered(&mut self, beginning: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.inner.remembered(beginning)
    }

    fn next_number(&mut self, series: &str, at_least: u64) -> Result<u64, StoreError> {
        self.has_written = true;
        self.inner.next_number(series, at_least)
    }

    fn payouts_after(
        &mut self,
        state: Option<RecordState>,
        after: &str,
        most: usize,
    ) -> Result<Vec<PayoutRecord>, StoreError> {
        self.inner.payouts_after(state, after, most)
    }

    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError> {
        self.inner.with_open_cases()
    }

    fn is_shared(&mut self) -> Result<bool, StoreError> {
        self.inner.is_shared()
    }

    fn rename_rows(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        self.inner.rename_rows(renaming)
    }

    fn reseal(
        &mut self,
        column: usize,
        after: &(String, String),
        most: usize,
        renaming: Option<&Renaming>,
    ) -> Result<Option<Resealed>, StoreError> {
        self.inner.reseal(column, after, most, renaming)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        self.inner.counts()
    }
}
