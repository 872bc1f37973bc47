//! Where the journal is kept.
//!
//! A back end stores records, observations and due work; it knows nothing of payouts. What a write
//! means is decided by a pure function of the record as it is, inside the transaction, so that
//! every back end behaves alike. Writes go through one [`Committer`], which commits those that
//! wait together.

mod committer;
mod counts;
mod faulty;
mod handling;
mod inbox;
mod memory;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod observed;
mod payments;
#[cfg(feature = "postgres")]
mod postgres;
mod reconciliation;
mod reseal;
mod restored;
#[cfg(feature = "sqlite")]
mod sqlite;
mod task;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use payments_core::{Error, ErrorKind, PayoutRef, ProviderId, Timestamp};

pub(crate) use committer::Committer;
pub(crate) use counts::Counts;
#[cfg(feature = "seeded-bugs")]
pub use faulty::Fault;
use faulty::{Faults, Faulty};
pub(crate) use handling::HandlerRows;
pub(crate) use inbox::{InboxCounts, InboxRows};
pub(crate) use payments::{PaymentRows, PaymentWrite, Route, RouteKind};
#[cfg(feature = "sqlx-0_9")]
pub(crate) use postgres::{Address as PostgresAddress, with_rows};
pub(crate) use reconciliation::ReconciliationRows;
pub(crate) use reseal::Resealed;
pub(crate) use restored::Restored;
#[cfg(feature = "rusqlite")]
pub(crate) use sqlite::SqliteRows;
pub(crate) use task::{Claim, Due, TaskKind};

use crate::{
    journal::Breaker,
    record::{Observed, PayoutRecord, RecordState},
    sealing::Seal,
};

/// Where the journal is kept.
///
/// Clones are the same store.
#[derive(Clone)]
pub struct Store {
    kind: Kind,
    faults: Option<Faults>,
}

#[derive(Clone)]
enum Kind {
    Memory(memory::SharedTables),
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Address>),
    /// A store of this feature, which is off.
    #[cfg_attr(
        all(feature = "sqlite", feature = "postgres"),
        expect(dead_code, reason = "only named without a database")
    )]
    NotCompiledIn(&'static str),
}

impl Store {
    /// A file of SQLite, made if it is not there. Beside it is a lock file with the suffix
    /// `-engine`, which the engine that sends holds.
    ///
    /// The file may be the app's own database: the engine's tables begin with `payments_`, and an
    /// app that writes to it can hand over payouts in its own transaction.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        #[cfg(feature = "sqlite")]
        let kind = Kind::Sqlite(path.into());
        #[cfg(not(feature = "sqlite"))]
        let kind = {
            let _: PathBuf = path.into();
            Kind::NotCompiledIn("sqlite")
        };
        Self { kind, faults: None }
    }

    /// A database of PostgreSQL, by a URL such as `postgres://user@host:5432/shop`. The engine's
    /// tables are in its schema `payments`, which is made if it is not there.
    ///
    /// Several engines may run on one database, on several machines: each sends, and each reference
    /// is sent at most once. The URL names a session of its own, not one of a transaction pooler. Its
    /// password is never printed.
    pub fn postgres(url: impl AsRef<str>) -> Self {
        #[cfg(feature = "postgres")]
        let kind = Kind::Postgres(Box::new(postgres::Address::new(url.as_ref())));
        #[cfg(not(feature = "postgres"))]
        let kind = {
            let _ = url.as_ref();
            Kind::NotCompiledIn("postgres")
        };
        Self { kind, faults: None }
    }

    /// Sets how long an engine on PostgreSQL may be silent before the others take over.
    #[cfg(all(feature = "postgres", feature = "seeded-bugs"))]
    #[doc(hidden)]
    #[must_use]
    pub fn with_silence(self, silence: Duration) -> Self {
        let kind = match self.kind {
            Kind::Postgres(address) => Kind::Postgres(Box::new(address.with_silence(silence))),
            other => other,
        };
        Self { kind, ..self }
    }

    /// Memory: for tests. Nothing in it survives the process.
    pub fn memory() -> Self {
        Self { kind: Kind::Memory(memory::SharedTables::default()), faults: None }
    }

    /// Strikes the commits of this store, each by its number from 0, counted over all engines.
    #[cfg(feature = "seeded-bugs")]
    #[doc(hidden)]
    #[must_use]
    pub fn with_faults(
        self,
        strikes: impl Fn(u64) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self { faults: Some(Faults::new(strikes)), ..self }
    }

    /// The way to a back end of this store.
    pub(crate) fn committer(&self, backend: Box<dyn Backend>) -> Result<Committer, Error> {
        match &self.kind {
            Kind::Memory(_) => Ok(Committer::direct(backend)),
            _ => Committer::start(backend),
        }
    }

    /// Opens it for an engine that sends, and counts this start. What seems to be an older copy is
    /// accepted for good if `accepts`.
    pub(crate) fn open(
        &self,
        now: Timestamp,
        accepts: bool,
        seal: &Seal,
    ) -> Result<(Box<dyn Backend>, Opened), Error> {
        let (backend, opened): (Box<dyn Backend>, Opened) = match &self.kind {
            Kind::Memory(tables) => {
                let backend = memory::Memory::open(tables.clone());
                let opened = Opened::alone(backend.start(), None);
                (Box::new(backend), opened)
            }
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(path) => {
                let (backend, opened) = sqlite::Sqlite::open(path, now, accepts, seal.clone())?;
                (Box::new(backend), opened)
            }
            #[cfg(feature = "postgres")]
            Kind::Postgres(address) => {
                let (backend, opened) =
                    postgres::Postgres::open(address, now, accepts, seal.clone())?;
                (Box::new(backend), opened)
            }
            Kind::NotCompiledIn(feature) => {
                let _ = (now, accepts, seal);
                return Err(not_compiled_in(feature));
            }
        };
        Ok(match &self.faults {
            Some(faults) => (Box::new(Faulty::new(backend, faults.clone())), opened),
            None => (backend, opened),
        })
    }
}

impl Store {
    /// Brings its tables up to date, and returns the number of their schema before and now.
    pub(crate) fn migrate(&self, now: Timestamp) -> Result<(u64, u64), Error> {
        match &self.kind {
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(path) => sqlite::migrate_file(path, now),
            #[cfg(feature = "postgres")]
            Kind::Postgres(address) => postgres::Postgres::migrate(address, now),
            Kind::Memory(_) => {
                let _ = now;
                let message = "a store in memory has no tables to migrate";
                Err(Error::new(ErrorKind::Configuration, message))
            }
            Kind::NotCompiledIn(feature) => Err(not_compiled_in(feature)),
        }
    }

    /// Opens it beside an engine that may run, to look and to decide. Nothing is counted.
    pub(crate) fn visit(&self, seal: &Seal) -> Result<(Box<dyn Backend>, Opened), Error> {
        match &self.kind {
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(path) => {
                let (backend, opened) = sqlite::Sqlite::visit(path, seal.clone())?;
                Ok((Box::new(backend), opened))
            }
            #[cfg(feature = "postgres")]
            Kind::Postgres(address) => {
                let (backend, opened) = postgres::Postgres::visit(address, seal.clone())?;
                Ok((Box::new(backend), opened))
            }
            Kind::Memory(_) => {
                let message = "a store in memory has no visitors: its engine is in this process";
                Err(Error::new(ErrorKind::Configuration, message))
            }
            Kind::NotCompiledIn(feature) => {
                let _ = seal;
                Err(not_compiled_in(feature))
            }
        }
    }
}

fn not_compiled_in(feature: &str) -> Error {
    let message = format!("the feature `{feature}` of payments-engine is off: turn it on");
    Error::new(ErrorKind::Configuration, message)
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Memory(_) => f.write_str("Store(memory)"),
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(path) => write!(f, "Store(sqlite {})", path.display()),
            #[cfg(feature = "postgres")]
            Kind::Postgres(address) => write!(f, "Store({address})"),
            Kind::NotCompiledIn(feature) => write!(f, "Store({feature}, not compiled in)"),
        }
    }
}

/// What an open store says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    /// The number of this start, from 1.
    pub(crate) start: u64,
    /// The name of this start, with which its tokens begin: no other start has it, also where an
    /// older copy of the store counts the same number again.
    pub(crate) name: String,
    /// Why the store seems to be an older copy of itself, if it does.
    pub(crate) restored: Restored,
    /// How often the engine says that it runs, where others may run on the same store.
    pub(crate) beat: Option<Duration>,
}

impl Opened {
    /// A store that one engine uses at a time.
    pub(crate) fn alone(start: u64, restored: Option<String>) -> Self {
        let restored = Restored::new(restored);
        Self { start, name: start.to_string(), restored, beat: None }
    }

    /// A store that is only looked at and decided in. `name` is one that no start has.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        expect(dead_code, reason = "a store in memory has no visitors")
    )]
    pub(crate) fn visitor(name: String, restored: Option<String>) -> Self {
        let name = format!("visitor-{name}");
        Self { start: 0, name, restored: Restored::new(restored), beat: None }
    }
}

/// The rows of a store, inside one transaction.
pub(crate) trait Rows {
    /// The record of a payout.
    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError>;

    /// The same, for a change: until the transaction ends no other engine changes or makes it.
    fn payout_to_change(
        &mut self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError>;

    /// Whether a write with this token is stored.
    fn has_written(&mut self, token: &str) -> Result<bool, StoreError>;

    /// Stores an observation, the record that follows from it, and when it is due next.
    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError>;

    /// The breaker of a provider.
    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError>;

    /// The same, for a change: until the transaction ends no other engine changes it.
    fn breaker_to_change(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError>;

    /// Stores the breaker of a provider.
    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError>;

    /// Makes work due anew, or removes it. Earlier claims of it are void, and its tries begin anew.
    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due) -> Result<(), StoreError>;

    /// Whether a claim is the last one of its work. Until the transaction ends, no other engine claims
    /// the work or makes it due.
    fn is_claimed(&mut self, claim: &Claim) -> Result<bool, StoreError>;

    /// Sets when claimed work is due next, or removes it, unless it was claimed again since.
    fn set_due(&mut self, claim: &Claim, due: Due) -> Result<(), StoreError>;

    /// The rows of the inbox.
    fn inbox(&mut self) -> Box<dyn InboxRows + '_>;

    /// The rows of payments and credits.
    fn payments(&mut self) -> Box<dyn PaymentRows + '_>;

    /// The rows of handlers.
    fn handling(&mut self) -> Box<dyn HandlerRows + '_>;

    /// The rows of reconciliations.
    fn reconciliation(&mut self) -> Box<dyn ReconciliationRows + '_>;

    /// The names of the handlers to which changes are due.
    fn handlers(&mut self) -> Result<Vec<String>, StoreError>;
}

/// One observation on its way into a store.
pub(crate) struct Write<'a> {
    /// The name of the write. A repeated write has the same one.
    pub(crate) token: &'a str,
    pub(crate) record: &'a PayoutRecord,
    pub(crate) observed: &'a Observed,
    pub(crate) due: Due,
}

/// A store that an engine owns. It is used by one thread.
pub(crate) trait Backend: Rows + Send {
    /// Begins a transaction. An error means that nothing began.
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Commits it. [`StoreError::Unknown`] means that it may have been committed.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Gives a transaction up.
    fn roll_back(&mut self);

    /// Every observation of a payout, oldest first.
    fn history(&mut self, reference: &PayoutRef) -> Result<Vec<Observed>, StoreError>;

    /// Claims up to `most` tasks of a kind that are due: each is due again at `lease`, so that it is
    /// not lost if the engine that claimed it ends.
    fn claim(
        &mut self,
        kind: TaskKind,
        now: Timestamp,
        lease: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Makes every payout that is prepared or submitting due now, and ends every lease, unless another
    /// engine that runs has it: what an earlier start left.
    fn pull_in(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Whether the engine of this start runs.
    fn is_live(&mut self, start: u64) -> Result<bool, StoreError>;

    /// Says that this engine runs, takes over what engines left that no longer do, and looks whether
    /// the store is still the same.
    fn beat(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Says that this engine has ended. Nothing is asked of the store after it.
    fn close(&mut self);

    /// The providers of records that are not final.
    fn open_providers(&mut self) -> Result<Vec<ProviderId>, StoreError>;

    /// What was stored under a name; what is given is stored from now on.
    fn remember(&mut self, name: &str, value: &str) -> Result<Option<String>, StoreError>;

    /// What is stored under names with this beginning, which is no pattern, in the order of the names.
    fn remembered(&mut self, beginning: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// The next number of a series, at least this one: no engine gets it again once the transaction is
    /// committed.
    fn next_number(&mut self, series: &str, at_least: u64) -> Result<u64, StoreError>;

    /// Payouts by their references after one, in a state if one is given, up to `most`.
    fn payouts_after(
        &mut self,
        state: Option<RecordState>,
        after: &str,
        most: usize,
    ) -> Result<Vec<PayoutRecord>, StoreError>;

    /// The records with open cases, oldest first.
    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError>;

    /// Seals anew what other keys sealed, or none, in one sealed column after a row, up to `most` rows.
    /// `None` if there is no such column.
    fn reseal(
        &mut self,
        column: usize,
        after: &(String, String),
        most: usize,
    ) -> Result<Option<Resealed>, StoreError>;

    /// Counts the records.
    fn counts(&mut self) -> Result<Counts, StoreError>;
}

/// Why a write did not come to an end.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// Nothing was written.
    #[error("{0}")]
    NotDone(String),
    /// Nothing was written, and the same write repeated may succeed.
    #[error("{0}")]
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "one writer waits for none"))]
    Again(String),
    /// It may or may not have been written.
    #[error("{0}; whether it was written is not known")]
    Unknown(String),
}

impl StoreError {
    pub(crate) fn not_done(error: impl fmt::Display) -> Self {
        Self::NotDone(error.to_string())
    }

    /// The error of a call that sent nothing.
    pub(crate) fn into_error(self) -> Error {
        let message = match self {
            Self::NotDone(why) | Self::Again(why) => {
                format!("the journal cannot be used, and nothing was sent: {why}")
            }
            Self::Unknown(why) => {
                format!("the journal did not confirm a write, and nothing was sent: {why}")
            }
        };
        Error::new(ErrorKind::Unavailable, message)
    }
}
