//! The store of the journal.
//!
//! A back end stores records, observations and due work, without knowledge of payouts. A pure
//! function of the current record decides about each write inside the transaction, so that every
//! back end behaves the same. Writes go through one [`Committer`], which commits waiting ones
//! together.

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
mod renaming;
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
pub(crate) use renaming::{Renaming, rename};
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

/// A place for the journal: a SQLite file, a PostgreSQL database, or memory.
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
    /// A store whose feature is off.
    #[cfg_attr(
        all(feature = "sqlite", feature = "postgres"),
        expect(dead_code, reason = "only named without a database")
    )]
    NotCompiledIn(&'static str),
}

impl Store {
    /// Returns the store in a SQLite file, which is created if it does not exist. The sending
    /// engine holds a lock file beside it, with the suffix `-engine`.
    ///
    /// The file may be the app's own database. The engine's tables begin with `payments_`, and an
    /// app that writes to the file can hand over payouts in its own transaction.
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

    /// Returns the store in a PostgreSQL database, by a URL such as
    /// `postgres://user@host:5432/shop`. The engine's tables are in the schema `payments`, which is
    /// created if it does not exist.
    ///
    /// Several engines may run on one database, on several machines: all of them send, and each
    /// reference is sent at most once. The URL must lead to the server or to a session pooler, not
    /// to a transaction pooler. Its password is never printed.
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

    /// Sets how long an engine on PostgreSQL may be silent before the others take over its work.
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

    /// Returns a store in memory, for tests. Its contents do not survive the process.
    pub fn memory() -> Self {
        Self { kind: Kind::Memory(memory::SharedTables::default()), faults: None }
    }

    /// Adds faults to the commits of this store, each by its number from 0, counted over all
    /// engines.
    #[cfg(feature = "seeded-bugs")]
    #[doc(hidden)]
    #[must_use]
    pub fn with_faults(
        self,
        strikes: impl Fn(u64) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self { faults: Some(Faults::new(strikes)), ..self }
    }

    /// Returns the handle for a back end of this store.
    pub(crate) fn committer(&self, backend: Box<dyn Backend>) -> Result<Committer, Error> {
        match &self.kind {
            Kind::Memory(_) => Ok(Committer::direct(backend)),
            _ => Committer::start(backend),
        }
    }

    /// Opens the store for an engine that sends, and counts this start. If `accepts`, a store that
    /// seems to be an older copy is accepted for good.
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
    /// Updates its tables, and returns the versions of their schema before and now.
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

    /// Opens the store as a visitor, which looks and decides. Nothing is counted.
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
    let of_payments = if feature == "sqlite" { "engine" } else { "engine-postgres" };
    let message = format!(
        "turn on the cargo feature `{of_payments}` of payments, or `{feature}` of payments-engine"
    );
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

/// The state of an opened store.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    /// The number of this start, counted from 1.
    pub(crate) start: u64,
    /// The name of this start, with which its tokens begin. It is unique even if an older copy of
    /// the store counts the same number again.
    pub(crate) name: String,
    /// Why the store seems to be an older copy of itself, if it does.
    pub(crate) restored: Restored,
    /// How often the engine records that it runs, or `None` if no other engine can use the store.
    pub(crate) beat: Option<Duration>,
}

impl Opened {
    /// Returns the state of a store that one engine uses at a time.
    pub(crate) fn alone(start: u64, restored: Option<String>) -> Self {
        let restored = Restored::new(restored);
        Self { start, name: start.to_string(), restored, beat: None }
    }

    /// The state of a store opened by a visitor. `name` is unique among all starts.
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        expect(dead_code, reason = "a store in memory has no visitors")
    )]
    pub(crate) fn visitor(name: String, restored: Option<String>) -> Self {
        let name = format!("visitor-{name}");
        Self { start: 0, name, restored: Restored::new(restored), beat: None }
    }
}

/// The identity of a store: a random name, and how often an engine was started on it.
#[derive(Clone, Debug)]
pub(crate) struct StoreIdentity {
    pub(crate) name: String,
    pub(crate) starts: u64,
}

impl StoreIdentity {
    /// Returns whether the store is the one that an engine opened with this identity. A copy of the
    /// store that was made before that start has the same name but fewer starts.
    pub(crate) fn is_store_of(&self, engine: &Self) -> bool {
        self.name == engine.name && self.starts >= engine.starts
    }
}

/// The rows of a store, inside one transaction.
pub(crate) trait Rows {
    /// Returns the identity of the store, which shows whether an app's transaction is on the
    /// engine's own store.
    fn identity(&mut self) -> Result<StoreIdentity, StoreError>;

    /// Returns the record of a payout.
    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError>;

    /// Returns the record of a payout for a change: until the transaction ends, no other engine
    /// changes or creates it.
    fn payout_to_change(
        &mut self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError>;

    /// Returns whether a write with this token is stored.
    fn has_written(&mut self, token: &str) -> Result<bool, StoreError>;

    /// Stores an observation, the record that follows from it, and when it is due next.
    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError>;

    /// Returns the breaker of a provider.
    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError>;

    /// Returns the breaker of a provider for a change: until the transaction ends, no other engine
    /// changes it.
    fn breaker_to_change(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError>;

    /// Stores the breaker of a provider.
    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError>;

    /// Makes work due, or removes it. This voids earlier claims of it, and its tries begin anew.
    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due) -> Result<(), StoreError>;

    /// Returns whether a claim is the last one of its work. Until the transaction ends, no other
    /// engine claims the work or makes it due.
    fn is_claimed(&mut self, claim: &Claim) -> Result<bool, StoreError>;

    /// Sets when claimed work is next due, or removes it, unless it was claimed again since.
    fn set_due(&mut self, claim: &Claim, due: Due) -> Result<(), StoreError>;

    /// Returns the rows of the inbox.
    fn inbox(&mut self) -> Box<dyn InboxRows + '_>;

    /// Returns the rows of payments and credits.
    fn payments(&mut self) -> Box<dyn PaymentRows + '_>;

    /// Returns the rows of handlers.
    fn handling(&mut self) -> Box<dyn HandlerRows + '_>;

    /// Returns the rows of reconciliations.
    fn reconciliation(&mut self) -> Box<dyn ReconciliationRows + '_>;

    /// Returns the names of the registered handlers, for which changes are kept.
    fn handlers(&mut self) -> Result<Vec<String>, StoreError>;
}

/// An observation to be written, with the record that follows from it.
pub(crate) struct Write<'a> {
    /// The token of the write. A repeated write has the same token.
    pub(crate) token: &'a str,
    pub(crate) record: &'a PayoutRecord,
    pub(crate) observed: &'a Observed,
    pub(crate) due: Due,
}

/// A store that an engine owns. One thread uses it.
pub(crate) trait Backend: Rows + Send {
    /// Begins a transaction. An error means that none began.
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Commits the transaction. [`StoreError::Unknown`] means that it may have been committed.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Rolls the transaction back.
    fn roll_back(&mut self);

    /// Returns every observation of a payout, oldest first.
    fn history(&mut self, reference: &PayoutRef) -> Result<Vec<Observed>, StoreError>;

    /// Claims up to `most` due tasks of a kind. Each becomes due again at `lease`, so that it is
    /// not lost if the engine that claimed it ends.
    fn claim(
        &mut self,
        kind: TaskKind,
        now: Timestamp,
        lease: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Makes every prepared or submitting payout due now and ends every lease, unless it belongs to
    /// another running engine. This resumes the work that an earlier start left.
    fn pull_in(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Returns whether the engine of this start runs.
    fn is_live(&mut self, start: u64) -> Result<bool, StoreError>;

    /// Records that this engine runs, takes over the work of engines that no longer run, and checks
    /// that the store is still the same.
    fn beat(&mut self, now: Timestamp) -> Result<(), StoreError>;

    /// Records that this engine has ended. The store is not used after it.
    fn close(&mut self);

    /// Returns the providers of records that are not final.
    fn open_providers(&mut self) -> Result<Vec<ProviderId>, StoreError>;

    /// Stores a value under a name, and returns the earlier value.
    fn remember(&mut self, name: &str, value: &str) -> Result<Option<String>, StoreError>;

    /// Removes a value that was stored under a name.
    fn forget(&mut self, name: &str) -> Result<(), StoreError>;

    /// Returns the names that begin with this text, with their values, in the order of the names.
    /// The text is not a pattern.
    fn remembered(&mut self, beginning: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// Returns the next number of a series, which is at least `at_least`. No engine gets it again
    /// once the transaction is committed.
    fn next_number(&mut self, series: &str, at_least: u64) -> Result<u64, StoreError>;

    /// Returns up to `most` payouts after a reference, in the order of references, in a state if
    /// one is given.
    fn payouts_after(
        &mut self,
        state: Option<RecordState>,
        after: &str,
        most: usize,
    ) -> Result<Vec<PayoutRecord>, StoreError>;

    /// Returns the records with open cases, oldest first.
    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError>;

    /// Returns whether another engine runs on the store. Until the transaction ends, no engine
    /// starts on it.
    fn is_shared(&mut self) -> Result<bool, StoreError>;

    /// Gives a provider its new name in every row, except in remembered values and in sealed
    /// columns.
    fn rename_rows(&mut self, renaming: &Renaming) -> Result<(), StoreError>;

    /// Seals up to `most` rows of one sealed column, beginning after a row, if another key sealed
    /// them or none did, or, if a renaming is given, if they contain the old name of its provider.
    /// Returns `None` if the column does not exist.
    fn reseal(
        &mut self,
        column: usize,
        after: &(String, String),
        most: usize,
        renaming: Option<&Renaming>,
    ) -> Result<Option<Resealed>, StoreError>;

    /// Counts the records.
    fn counts(&mut self) -> Result<Counts, StoreError>;
}

/// The reason why a write did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// Nothing was written.
    #[error("{0}")]
    NotDone(String),
    /// Nothing was written, and another attempt may succeed.
    #[error("{0}")]
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "one writer waits for none"))]
    Again(String),
    /// The write may or may not have been carried out.
    #[error("{0}; whether it was written is not known")]
    Unknown(String),
}

impl StoreError {
    pub(crate) fn not_done(error: impl fmt::Display) -> Self {
        Self::NotDone(error.to_string())
    }

    /// Converts it to the error of a call that sent nothing.
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
