//! A store in a file of SQLite.

mod handling;
mod inbox;
mod payments;
mod tasks;

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use payments_core::{Error, ErrorKind, PayoutRef, ProviderId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::{
    Backend, Claim, Counts, Due, HandlerRows, InboxRows, Opened, PaymentRows, Rows, StoreError,
    TaskKind, Write,
};
use crate::{
    journal::Breaker,
    record::{Observed, PayoutRecord, RecordState},
    sealing::{Place, Seal, read},
};

/// The numbered changes of the schema, oldest first. They only add.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002_inbox.sql"),
    include_str!("migrations/0003_payments.sql"),
];

/// The number of the newest schema that this version reads.
const SCHEMA: i64 = 3;

/// The oldest version of this crate's schema numbers that can read what this version writes.
const READABLE_FROM: i64 = 1;

/// The format of the stored JSON.
const FORMAT: i64 = 1;

/// How long a statement waits for another writer of the file.
const BUSY: Duration = Duration::from_secs(5);

/// The writer's connection, and the lock of who sends.
pub(super) struct Sqlite {
    path: PathBuf,
    connection: Connection,
    seal: Seal,
    start: u64,
    /// The lock of who sends; a visitor has none.
    _lock: Option<File>,
}

impl Sqlite {
    /// Opens the file for an engine that sends.
    ///
    /// # Errors
    /// `Configuration` if another engine sends from this file, or its schema is of a later version;
    /// `Unavailable` if the file cannot be used.
    pub(super) fn open(
        path: &Path,
        now: Timestamp,
        accepts: bool,
        seal: Seal,
    ) -> Result<(Self, Opened), Error> {
        let mut lock = lock(path)?;
        let mut connection = connect(path).map_err(|error| unusable(path, &error))?;
        migrate(&mut connection, now).map_err(|error| unusable(path, &error))??;
        let opened = count_start(&mut connection, &mut lock, path, accepts)?;
        let start = opened.start;
        Ok((Self { path: path.to_owned(), connection, start, seal, _lock: Some(lock) }, opened))
    }

    /// Opens the file beside an engine that may run, to look and to decide.
    ///
    /// # Errors
    /// `Configuration` if no engine of this version made its tables; `Unavailable` if the file cannot
    /// be used.
    pub(super) fn visit(path: &Path, seal: Seal) -> Result<(Self, Opened), Error> {
        let refused = |problem: &str| {
            let message = format!("{} {problem}", path.display());
            Error::new(ErrorKind::Configuration, message)
        };
        if !path.exists() {
            return Err(refused("does not exist: start the engine on it first"));
        }
        let unusable = |error: rusqlite::Error| unusable(path, &error);
        let connection = connect(path).map_err(unusable)?;
        let text = |sql: &str| {
            connection.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).optional()
        };
        let has_tables = "SELECT name FROM sqlite_master WHERE name = 'payments_migration'";
        if text(has_tables).map_err(unusable)?.is_none() {
            return Err(refused("holds no tables of the engine: start the engine on it first"));
        }
        let newest = text("SELECT cast(max(number) AS TEXT) FROM payments_migration");
        if newest.map_err(unusable)?.flatten() != Some(SCHEMA.to_string()) {
            return Err(refused(
                "has the tables of another version of payments-engine: use the version that the \
                 engine has",
            ));
        }
        let restored = text("SELECT value FROM payments_meta WHERE key = 'restored'");
        let restored = restored.map_err(unusable)?.flatten();
        let name = text("SELECT lower(hex(randomblob(8)))").map_err(unusable)?.flatten();
        let opened = Opened::visitor(name.unwrap_or_default(), restored);
        Ok((Self { path: path.to_owned(), connection, start: 0, seal, _lock: None }, opened))
    }

    fn rows(&self) -> SqliteRows<'_> {
        SqliteRows::new(&self.connection, &self.seal)
    }

    fn execute(&mut self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(StoreError::not_done)
    }
}

/// Takes the lock of who sends. The system frees it when the process ends.
fn lock(path: &Path) -> Result<File, Error> {
    let beside = beside(path);
    let refused = |message: String| Error::new(ErrorKind::Configuration, message);
    let file =
        File::options().create(true).truncate(false).read(true).write(true).open(&beside).map_err(
            |error| {
                refused(format!("the lock file {} cannot be opened", beside.display()))
                    .with_source(error)
            },
        )?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(refused(format!(
            "another engine sends from {}; end it first, or give this one a store of its own",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => {
            Err(refused(format!("the lock file {} cannot be locked", beside.display()))
                .with_source(error))
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-engine");
    PathBuf::from(name)
}

/// A connection whose answered commits stay.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
    let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") || synchronous < 2 {
        return Err(rusqlite::Error::InvalidParameterName(format!(
            "the file does not allow WAL with synchronous=FULL, but {mode} with {synchronous}"
        )));
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Brings the schema up to date.
fn migrate(connection: &mut Connection, now: Timestamp) -> rusqlite::Result<Result<(), Error>> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    change.execute_batch(
        "CREATE TABLE IF NOT EXISTS payments_migration (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, readable_from INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE IF NOT EXISTS payments_meta (
            key TEXT PRIMARY KEY, value TEXT NOT NULL
         ) STRICT, WITHOUT ROWID",
    )?;
    let (newest, readable_from): (i64, i64) = change.query_row(
        "SELECT coalesce(max(number), 0), coalesce(max(readable_from), 0) FROM payments_migration",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if readable_from > SCHEMA {
        return Ok(Err(Error::new(
            ErrorKind::Configuration,
            format!(
                "the store has schema {newest}, which schema {readable_from} and later can read; \
                 this version has {SCHEMA}: use a later version of payments-engine"
            ),
        )));
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS).filter(|(number, _)| *number > newest) {
        change.execute_batch(sql)?;
        change.execute(
            "INSERT INTO payments_migration (number, at, readable_from) VALUES (?1, ?2, ?3)",
            params![number, now.unix_seconds(), READABLE_FROM],
        )?;
    }
    change.execute(
        "INSERT OR IGNORE INTO payments_meta (key, value) VALUES ('store', lower(hex(randomblob(16)))),
         ('starts', '0')",
        [],
    )?;
    change.commit()?;
    Ok(Ok(()))
}

/// Counts this start in the store and in the lock file, and compares the two: a file that was copied
/// back over the store knows fewer starts than the lock file. What is found stays until a person
/// accepts the store.
fn count_start(
    connection: &mut Connection,
    lock: &mut File,
    path: &Path,
    accepts: bool,
) -> Result<Opened, Error> {
    let unusable_store = |error: rusqlite::Error| unusable(path, &error);
    let meta = |key: &str| {
        let sql = "SELECT value FROM payments_meta WHERE key = ?1";
        let value = connection.query_row(sql, [key], |row| row.get::<_, String>(0)).optional();
        value.map_err(unusable_store)
    };
    let store = meta("store")?.unwrap_or_default();
    let starts: u64 = meta("starts")?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let known = meta("restored")?;
    let mut text = String::new();
    lock.read_to_string(&mut text).map_err(|error| unusable(path, &error))?;
    let beside = text.split_once(' ').map(|(store, starts)| (store, starts.trim().parse::<u64>()));
    let seen = match beside {
        Some((other, _)) if other != store => {
            Some("the store is another one than this engine used before".to_owned())
        }
        Some((_, Ok(counted))) if counted > starts => Some(format!(
            "the store knows {starts} starts of the engine, and {counted} were counted beside it: \
             it is an older copy"
        )),
        _ => None,
    };
    let restored = if accepts { None } else { seen.or(known) };
    // Also after an older copy the next count is higher than every earlier one.
    let counted = beside.and_then(|(_, counted)| counted.ok()).unwrap_or(0);
    let start = starts.max(counted).saturating_add(1);
    let change = connection.transaction().map_err(unusable_store)?;
    let put = "INSERT INTO payments_meta (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    change.execute(put, ["starts", &start.to_string()]).map_err(unusable_store)?;
    match &restored {
        Some(why) => change.execute(put, ["restored", why]),
        None => change.execute("DELETE FROM payments_meta WHERE key = 'restored'", []),
    }
    .map_err(unusable_store)?;
    change.commit().map_err(unusable_store)?;
    write_count(lock, &store, start).map_err(|error| unusable(path, &error))?;
    Ok(Opened::alone(start, restored))
}

fn write_count(lock: &mut File, store: &str, start: u64) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{store} {start}")?;
    lock.sync_all()
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    let message = format!("the store {} cannot be used: {error}", path.display());
    Error::new(ErrorKind::Unavailable, message)
}

/// The rows of a connection: the writer's, or that of an app's own transaction.
#[derive(Clone, Copy)]
pub(crate) struct SqliteRows<'a> {
    connection: &'a Connection,
    seal: &'a Seal,
}

impl<'a> SqliteRows<'a> {
    pub(crate) fn new(connection: &'a Connection, seal: &'a Seal) -> Self {
        Self { connection, seal }
    }
}

/// The place of a payout's record.
fn of_payout(reference: &str) -> Place<'_> {
    Place { table: "payout", subject: reference }
}

/// The place of an observation.
fn of_observation(token: &str) -> Place<'_> {
    Place { table: "observation", subject: token }
}

impl Rows for SqliteRows<'_> {
    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError> {
        let sql = "SELECT record FROM payments_payout WHERE reference = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let text: Option<String> = statement
            .query_row([reference.as_str()], |row| row.get(0))
            .optional()
            .map_err(StoreError::not_done)?;
        text.map(|text| self.seal.open(of_payout(reference.as_str()), &text)).transpose()
    }

    /// The file has one writer at a time.
    fn payout_to_change(
        &mut self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError> {
        self.payout(reference)
    }

    fn has_written(&mut self, token: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM payments_observation WHERE token = ?1)";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement.query_row([token], |row| row.get(0)).map_err(StoreError::not_done)
    }

    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        let Write { token, record, observed, due } = write;
        let reference = record.reference().as_str();
        let put = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            let mut statement =
                self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
            statement.execute(values).map_err(StoreError::not_done)
        };
        put(
            "INSERT INTO payments_observation
                (payout, revision, token, at, start, format, observation)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                reference,
                number(observed.revision),
                token,
                observed.at.unix_seconds(),
                number(observed.start),
                FORMAT,
                self.seal.close(of_observation(token), &observed.observation)?,
            ],
        )?;
        put(
            "INSERT INTO payments_payout
                (reference, provider, state, revision, changed_at, open_cases, format, record)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (reference) DO UPDATE SET provider = excluded.provider,
                state = excluded.state, revision = excluded.revision,
                changed_at = excluded.changed_at, open_cases = excluded.open_cases,
                format = excluded.format, record = excluded.record",
            params![
                reference,
                record.provider.as_str(),
                record.state.as_str(),
                number(record.revision),
                record.changed_at.unix_seconds(),
                i64::try_from(record.open_cases().count()).unwrap_or(i64::MAX),
                FORMAT,
                self.seal.close(of_payout(reference), record)?,
            ],
        )?;
        tasks::make_due(self.connection, TaskKind::Payout, reference, *due, 0)
    }

    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        let sql = "SELECT breaker FROM payments_breaker WHERE provider = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let text: Option<String> = statement
            .query_row([provider.as_str()], |row| row.get(0))
            .optional()
            .map_err(StoreError::not_done)?;
        text.map_or_else(|| Ok(Breaker::default()), |text| read(text.as_bytes()))
    }

    fn breaker_to_change(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        self.breaker(provider)
    }

    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError> {
        let sql = "INSERT INTO payments_breaker (provider, format, breaker) VALUES (?1, ?2, ?3)
                   ON CONFLICT (provider) DO UPDATE SET format = excluded.format,
                      breaker = excluded.breaker";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement
            .execute(params![provider.as_str(), FORMAT, stored(breaker)?])
            .map_err(StoreError::not_done)?;
        Ok(())
    }

    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due) -> Result<(), StoreError> {
        tasks::make_due(self.connection, kind, subject, due, 1)
    }

    fn is_claimed(&mut self, claim: &Claim) -> Result<bool, StoreError> {
        tasks::is_claimed(self.connection, claim)
    }

    fn set_due(&mut self, claim: &Claim, due: Due) -> Result<(), StoreError> {
        tasks::set_due(self.connection, claim, due)
    }

    fn inbox(&mut self) -> Box<dyn InboxRows + '_> {
        Box::new(inbox::SqliteInbox(*self))
    }

    fn payments(&mut self) -> Box<dyn PaymentRows + '_> {
        Box::new(payments::SqlitePayments(*self))
    }

    fn handling(&mut self) -> Box<dyn HandlerRows + '_> {
        Box::new(handling::SqliteHandling(self.connection))
    }

    fn handlers(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM payments_handler ORDER BY name";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(StoreError::not_done)?;
        rows.map(|row| row.map_err(StoreError::not_done)).collect()
    }
}

impl Rows for Sqlite {
    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError> {
        self.rows().payout(reference)
    }

    fn payout_to_change(
        &mut self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError> {
        self.rows().payout(reference)
    }

    fn has_written(&mut self, token: &str) -> Result<bool, StoreError> {
        self.rows().has_written(token)
    }

    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        self.rows().write(write)
    }

    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        self.rows().breaker(provider)
    }

    fn breaker_to_change(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        self.rows().breaker(provider)
    }

    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError> {
        self.rows().set_breaker(provider, breaker)
    }

    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due) -> Result<(), StoreError> {
        self.rows().make_due(kind, subject, due)
    }

    fn is_claimed(&mut self, claim: &Claim) -> Result<bool, StoreError> {
        self.rows().is_claimed(claim)
    }

    fn set_due(&mut self, claim: &Claim, due: Due) -> Result<(), StoreError> {
        self.rows().set_due(claim, due)
    }

    fn inbox(&mut self) -> Box<dyn InboxRows + '_> {
        Box::new(inbox::SqliteInbox(self.rows()))
    }

    fn payments(&mut self) -> Box<dyn PaymentRows + '_> {
        Box::new(payments::SqlitePayments(self.rows()))
    }

    fn handling(&mut self) -> Box<dyn HandlerRows + '_> {
        Box::new(handling::SqliteHandling(&self.connection))
    }

    fn handlers(&mut self) -> Result<Vec<String>, StoreError> {
        self.rows().handlers()
    }
}

impl Backend for Sqlite {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.execute("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("COMMIT").map_err(|error| {
            let is_busy = error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy);
            let unknown = if is_busy { StoreError::NotDone } else { StoreError::Unknown };
            unknown(format!("a commit failed: {error}"))
        })
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit() && self.connection.execute_batch("ROLLBACK").is_err() {
            // A connection that cannot roll back is replaced: closing it ends its transaction.
            match connect(&self.path) {
                Ok(connection) => self.connection = connection,
                Err(error) => tracing::error!("the store cannot be opened again: {error}"),
            }
        }
    }

    fn history(&mut self, reference: &PayoutRef) -> Result<Vec<Observed>, StoreError> {
        let sql = "SELECT revision, at, start, observation, token FROM payments_observation
                   WHERE payout = ?1 ORDER BY revision";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map([reference.as_str()], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get(1)?,
                    row.get::<_, i64>(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })
            .map_err(StoreError::not_done)?;
        rows.map(|row| {
            let (revision, at, start, observation, token): (_, _, _, String, String) =
                row.map_err(StoreError::not_done)?;
            Ok(Observed {
                revision: revision.unsigned_abs(),
                at: Timestamp::from_unix(at),
                start: start.unsigned_abs(),
                observation: self.seal.open(of_observation(&token), &observation)?,
            })
        })
        .collect()
    }

    fn claim(
        &mut self,
        kind: TaskKind,
        now: Timestamp,
        lease: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError> {
        tasks::claim(&self.connection, kind, now, lease, most)
    }

    fn pull_in(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE payments_task SET due_at = ?1 WHERE kind = ?2 AND subject IN (
                       SELECT reference FROM payments_payout
                       WHERE state IN ('prepared', 'submitting')
                         AND state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed')
                   )";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let values = params![now.unix_seconds(), TaskKind::Payout.as_str()];
        statement.execute(values).map_err(StoreError::not_done)?;
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
        let sql = "SELECT DISTINCT provider FROM payments_payout
                   WHERE state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed')";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows =
            statement.query_map([], |row| row.get::<_, String>(0)).map_err(StoreError::not_done)?;
        rows.map(|row| {
            ProviderId::new(row.map_err(StoreError::not_done)?).map_err(StoreError::not_done)
        })
        .collect()
    }

    fn remember(&mut self, name: &str, value: &str) -> Result<Option<String>, StoreError> {
        let known = self
            .connection
            .query_row("SELECT value FROM payments_meta WHERE key = ?1", [name], |row| row.get(0))
            .optional()
            .map_err(StoreError::not_done)?;
        let sql = "INSERT INTO payments_meta (key, value) VALUES (?1, ?2)
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.connection.execute(sql, [name, value]).map_err(StoreError::not_done)?;
        Ok(known)
    }

    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments_payout WHERE open_cases > 0
                   ORDER BY changed_at";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .map_err(StoreError::not_done)?;
        rows.map(|row| {
            let (reference, record) = row.map_err(StoreError::not_done)?;
            self.seal.open(of_payout(&reference), &record)
        })
        .collect()
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let count = |sql: &str| {
            self.connection
                .query_row(sql, [], |row| row.get::<_, Option<i64>>(0))
                .map_err(StoreError::not_done)
        };
        let open_cases = count("SELECT sum(open_cases) FROM payments_payout WHERE open_cases > 0")?;
        let forgotten = count(
            "SELECT count(*) FROM payments_payout
             WHERE state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed')
               AND open_cases = 0
               AND NOT EXISTS (SELECT 1 FROM payments_task
                               WHERE kind = 'payout' AND subject = reference)",
        )?;
        let oldest =
            count("SELECT min(changed_at) FROM payments_payout WHERE state = 'uncertain'")?;
        let sql = "SELECT state, count(*) FROM payments_payout GROUP BY state";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
            .map_err(StoreError::not_done)?;
        let mut by_state = Vec::new();
        for row in rows {
            let (state, count) = row.map_err(StoreError::not_done)?;
            let state: RecordState = read(format!("\"{state}\"").as_bytes())?;
            by_state.push((state, count.unsigned_abs()));
        }
        let of_payments = payments::SqlitePayments(self.rows()).payment_cases()?;
        Ok(Counts {
            by_state,
            open_cases: open_cases.unwrap_or(0).unsigned_abs() + of_payments,
            forgotten: forgotten.unwrap_or(0).unsigned_abs(),
            oldest_uncertain: oldest.map(Timestamp::from_unix),
        })
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn stored<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::not_done)
}
