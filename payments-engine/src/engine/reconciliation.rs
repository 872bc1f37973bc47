//! Reconciliation: compares a provider's statement with the records.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use payments_core::{
    DedupeKey, Error, ErrorKind, Listed, Movement, Provider, ProviderId, Result, StatementProvider,
    statement::{Cursor, Page},
};

use super::Engine;
use crate::{
    reconcile::{
        Comparing, Period, Place, ReconciliationRow, ReconciliationRun, RunState, StoredRun,
        compare_lines, look_for_missing,
    },
    seeded::Seeded,
    store::{Backend, StoreError},
};

/// The maximum number of lines that one transaction compares. It limits how long other work waits.
const LINES: usize = 200;

/// The maximum number of runs and rows that are returned at a time.
const LISTED: usize = 1_000;

impl Engine {
    /// Compares a provider's statement over a period with the records, and returns the run once it
    /// is complete. Money that is listed but not on record is booked, as when statements are read.
    /// A case is opened for each decision that a person has to make.
    ///
    /// Memory does not grow with the length of the statement. To show progress, call
    /// [`begin_reconciliation`](Self::begin_reconciliation) and
    /// [`continue_reconciliation`](Self::continue_reconciliation).
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the provider does not exist,
    /// [`Unsupported`](payments_core::ErrorKind::Unsupported) if it does not have statements,
    /// [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if the period has not ended,
    /// and [`Configuration`](payments_core::ErrorKind::Configuration) if no engine was started with
    /// the provider on this store. Any other error interrupts the run, which records the reason:
    /// find its number with [`reconciliations`](Self::reconciliations), and continue it with
    /// [`resume_reconciliation`](Self::resume_reconciliation).
    pub async fn reconcile(&self, provider: &str, period: &Period) -> Result<ReconciliationRun> {
        let run = self.begin_reconciliation(provider, period).await?;
        self.resume_reconciliation(run.number).await
    }

    /// Continues an interrupted run, and returns it once it is complete. A complete run is returned
    /// unchanged.
    ///
    /// # Errors
    /// The same as for [`continue_reconciliation`](Self::continue_reconciliation).
    pub async fn resume_reconciliation(&self, number: u64) -> Result<ReconciliationRun> {
        loop {
            let run = self.continue_reconciliation(number).await?;
            if run.is_done() {
                return Ok(run);
            }
        }
    }

    /// Stores a new run, without sending an inquiry.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the provider does not exist,
    /// [`Unsupported`](payments_core::ErrorKind::Unsupported) if it does not have statements,
    /// [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if the period has not ended,
    /// and [`Configuration`](payments_core::ErrorKind::Configuration) if no engine was started with
    /// the provider on this store. The journal cannot be used.
    pub async fn begin_reconciliation(
        &self,
        provider: &str,
        period: &Period,
    ) -> Result<ReconciliationRun> {
        let shared = self.0.shared();
        let provider = shared.provider(&ProviderId::new(provider)?)?;
        let lists_outgoing = provider.statements()?.capabilities().outgoing;
        let now = shared.clock.now();
        if period.until() > now && !shared.is_seeded(Seeded::ReconcilesBeforeTheEnd) {
            return Err(Error::invalid("until", "is in the future: the statement is not complete"));
        }
        let name = format!("provider {}", provider.id());
        let known = shared.journal.store.run(move |backend| {
            let known = backend.remembered(&name)?;
            Ok(known.iter().any(|(known, _)| *known == name))
        });
        let is_known = known.await.map_err(StoreError::into_error)?;
        if !is_known && !shared.is_seeded(Seeded::ReconcilesAnUnusedStore) {
            let message = format!(
                "no engine was ever started with {} on this store, so that each line of the \
                 statement would be a case: look whether [engine] names the store that the app uses",
                provider.id()
            );
            return Err(Error::new(ErrorKind::Configuration, message).with_field("store"));
        }
        let run = ReconciliationRun {
            number: 0,
            provider: provider.id().clone(),
            period: *period,
            state: RunState::Reading,
            started_at: now,
            changed_at: now,
            lines: 0,
            rows: BTreeMap::new(),
            interrupted: None,
        };
        let place = Place::Page { number: 1, from: Cursor::start() };
        let token = shared.journal.token();
        let stored = StoredRun { run, place, lists_outgoing, revision: 1, token };
        let beginning =
            shared.journal.store.run(move |backend| backend.reconciliation().begin_run(&stored));
        Ok(beginning.await.map_err(StoreError::into_error)?.run)
    }

    /// Continues a run by one step, and returns it in its new state. A step is one page of the
    /// statement, or a number of records that are looked for. Dropping the future interrupts the
    /// run between two commits.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the run does not exist or its
    /// provider is missing, and [`Conflict`](payments_core::ErrorKind::Conflict) if another caller
    /// continues the run at the same time. The inquiry for the statement failed, which the run
    /// records as [`interrupted`](ReconciliationRun::interrupted). The journal cannot be used.
    pub async fn continue_reconciliation(&self, number: u64) -> Result<ReconciliationRun> {
        let shared = self.0.shared();
        let reading = shared.journal.store.run(move |backend| backend.reconciliation().run(number));
        let stored = reading.await.map_err(StoreError::into_error)?;
        let stored = stored.ok_or_else(|| missing(number))?;
        match stored.place.clone() {
            Place::End => Ok(stored.run),
            Place::Page { number: page, from } => {
                let provider = shared.provider(&stored.run.provider)?.clone();
                match read_page(&provider, &from, &stored.run.period).await {
                    Ok(read) => self.compare_page(stored, page, read).await,
                    Err(error) => {
                        let why = error.to_string();
                        let interrupt = move |comparing: Comparing<'_>| {
                            comparing.stored.run.interrupted = Some(why.clone());
                            Ok(())
                        };
                        self.write_run(stored, interrupt).await?;
                        Err(error)
                    }
                }
            }
            Place::Credits(_) | Place::Payouts(_) | Place::Marks => {
                Ok(self.write_run(stored, look_for_missing).await?.run)
            }
        }
    }

    /// Compares the lines of a page, some in each transaction. The last transaction moves the run
    /// to the next page.
    async fn compare_page(
        &self,
        mut stored: StoredRun,
        page: u64,
        read: Page,
    ) -> Result<ReconciliationRun> {
        let after = match read.more {
            true => Place::Page { number: page + 1, from: read.next },
            false => Place::Credits(None),
        };
        let lines = numbered(read.entries);
        let mut chunks: Vec<Arc<[_]>> = lines.chunks(LINES).map(Arc::from).collect();
        let last = chunks.pop().unwrap_or_default();
        for lines in chunks {
            let compare = move |comparing: Comparing<'_>| compare_lines(comparing, page, &lines);
            stored = self.write_run(stored, compare).await?;
        }
        let compare = move |comparing: Comparing<'_>| {
            comparing.stored.place = after.clone();
            if !matches!(after, Place::Page { .. }) {
                comparing.stored.run.state = RunState::LookingForMissing;
            }
            compare_lines(comparing, page, &last)
        };
        Ok(self.write_run(stored, compare).await?.run)
    }

    /// Changes a run in a transaction, unless another caller continued it meanwhile.
    async fn write_run(
        &self,
        known: StoredRun,
        work: impl Fn(Comparing<'_>) -> std::result::Result<(), StoreError> + Send + 'static,
    ) -> Result<StoredRun> {
        let shared = self.0.shared();
        let (number, revision) = (known.run.number, known.revision);
        let (token, now, start) =
            (shared.journal.token(), shared.clock.now(), shared.journal.start);
        let seeded = shared.seeded;
        let writing = move |backend: &mut dyn Backend| {
            let Some(mut stored) = backend.reconciliation().run(number)? else { return Ok(None) };
            if stored.token == token {
                return Ok(Some(stored));
            }
            if stored.revision != revision {
                return Ok(None);
            }
            stored.run.interrupted = None;
            stored.run.changed_at = now;
            stored.revision += 1;
            stored.token.clone_from(&token);
            work(Comparing::new(backend, &mut stored, (&token, now, start), seeded))?;
            backend.reconciliation().put_run(&stored)?;
            Ok(Some(stored))
        };
        let written = shared.journal.store.run(writing).await.map_err(StoreError::into_error)?;
        shared.wake.notify_one();
        written.ok_or_else(|| {
            let message = format!("another caller continues the reconciliation {number}");
            Error::new(ErrorKind::Conflict, message)
        })
    }

    /// Returns a run, or `None` if no run has this number.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn reconciliation(&self, number: u64) -> Result<Option<ReconciliationRun>> {
        let store = &self.0.shared().journal.store;
        let read = store.run(move |backend| backend.reconciliation().run(number));
        Ok(read.await.map_err(StoreError::into_error)?.map(|stored| stored.run))
    }

    /// Returns up to 1,000 runs, the newest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn reconciliations(&self) -> Result<Vec<ReconciliationRun>> {
        let store = &self.0.shared().journal.store;
        let read = store.run(|backend| backend.reconciliation().runs(LISTED));
        let runs = read.await.map_err(StoreError::into_error)?;
        Ok(runs.into_iter().map(|stored| stored.run).collect())
    }

    /// Returns up to 1,000 rows of a run, beginning after the row with the number `after`; pass 0
    /// for the first ones. Only these rows are loaded into memory.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn reconciliation_rows(
        &self,
        number: u64,
        after: u64,
    ) -> Result<Vec<ReconciliationRow>> {
        let store = &self.0.shared().journal.store;
        let read = store.run(move |backend| backend.reconciliation().rows(number, after, LISTED));
        read.await.map_err(StoreError::into_error)
    }
}

async fn read_page(provider: &Provider, from: &Cursor, period: &Period) -> Result<Page> {
    let statements: &Arc<dyn StatementProvider> = provider.statements()?;
    let page = statements.entries(from, &period.filter()).await?;
    if page.more && page.next == *from {
        let message = "the page's cursor leads back to it: the statement would never end";
        return Err(Error::new(ErrorKind::Malformed, message).with_operation("entries"));
    }
    Ok(page)
}

/// Numbers the lines of a page: each with how often its key was listed before on the page.
fn numbered(lines: Vec<Listed<Movement>>) -> Vec<(usize, Listed<Movement>)> {
    let mut listed: HashMap<DedupeKey, usize> = HashMap::new();
    let number = |line: Listed<Movement>| {
        let again = match &line {
            Listed::Read(line) => {
                let count = listed.entry(line.key.clone()).or_default();
                *count += 1;
                *count - 1
            }
            Listed::Unreadable(_) => 0,
        };
        (again, line)
    };
    lines.into_iter().map(number).collect()
}

fn missing(number: u64) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no reconciliation {number}"))
}
