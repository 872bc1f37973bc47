//! A store in a file of SQLite.

mod counts;
mod handling;
mod inbox;
mod opening;
mod payments;
mod reconciliation;
mod reseal;
mod tasks;

pub(super) use opening::migrate_file;

use std::fs::File;
use std::path::{Path, PathBuf};

use payments_core::{Error, ErrorKind, PayoutRef, ProviderId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;

use self::opening::{SCHEMA, connect, count_start, is_locked, lock, migrate, unusable};

use super::counts::kinds_of;
use super::{
    Backend, Claim, Counts, Due, HandlerRows, InboxRows, Opened, PaymentRows, ReconciliationRows,
    Resealed, Rows, StoreError, TaskKind, Write, observed::observed,
};
use crate::{
    journal::Breaker,
    record::{Observed, PayoutRecord, RecordState},
    resolver::schedule::LEASE,
    sealing::{Place, Seal, read},
};

/// The format of the stored JSON.
const FORMAT: i64 = 1;

/// The writer's connection, and the lock of who sends.
pub(super) struct Sqlite {
    path: PathBuf,
    connection: Connection,
    seal: Seal,
    start: u64,
    /// The lock of who sends; a visitor has none.
    lock: Option<File>,
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
        Ok((Self { path: path.to_owned(), connection, start, seal, lock: Some(lock) }, opened))
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
        Ok((Self { path: path.to_owned(), connection, start: 0, seal, lock: None }, opened))
    }

    fn rows(&self) -> SqliteRows<'_> {
        SqliteRows::new(&self.connection, &self.seal)
    }

    fn execute(&mut self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(StoreError::not_done)
    }
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

    /// The observations of one subject, which a query selects as revision, time, start, observation
    /// and token.
    fn history<O: DeserializeOwned>(
        &self,
        table: &str,
        sql: &str,
        subject: &str,
    ) -> Result<Vec<Observed<O>>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map([subject], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .map_err(StoreError::not_done)?;
        rows.map(|row| observed(self.seal, table, row.map_err(StoreError::not_done)?)).collect()
    }

    /// The payouts that a query selects as reference and record.
    fn payouts(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<PayoutRecord>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map(values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .map_err(StoreError::not_done)?;
        rows.map(|row| {
            let (reference, record) = row.map_err(StoreError::not_done)?;
            self.seal.open(of_payout(&reference), &record)
        })
        .collect()
    }
}

/// The place of a payout's record.
fn of_payout(reference: &str) -> Place<'_> {
    Place { table: "payout", subject: reference }
}

/// The name of the table of observations in what is sealed.
const OBSERVATION: &str = "observation";

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
                self.seal
                    .close(Place { table: OBSERVATION, subject: token }, &observed.observation)?,
            ],
        )?;
        put(
            "INSERT INTO payments_payout
                (reference, provider, state, revision, changed_at, open_cases, format, record,
                 currency, minor, at, case_kinds)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (reference) DO UPDATE SET provider = excluded.provider,
                state = excluded.state, revision = excluded.revision,
                changed_at = excluded.changed_at, open_cases = excluded.open_cases,
                format = excluded.format, record = excluded.record,
                currency = excluded.currency, minor = excluded.minor, at = excluded.at,
                case_kinds = excluded.case_kinds",
            params![
                reference,
                record.provider.as_str(),
                record.state.as_str(),
                number(record.revision),
                record.changed_at.unix_seconds(),
                i64::try_from(record.open_cases().count()).unwrap_or(i64::MAX),
                FORMAT,
                self.seal.close(of_payout(reference), record)?,
                record.request.amount.currency().code(),
                record.request.amount.minor(),
                record.moved_at().unix_seconds(),
                kinds_of(record.open_cases()),
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

    fn reconciliation(&mut self) -> Box<dyn ReconciliationRows + '_> {
        Box::new(reconciliation::SqliteReconciliation(*self))
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

    fn reconciliation(&mut self) -> Box<dyn ReconciliationRows + '_> {
        Box::new(reconciliation::SqliteReconciliation(self.rows()))
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
        self.rows().history(OBSERVATION, sql, reference.as_str())
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
        // What is due within a lease may have been claimed by an engine that ended.
        let sql = "UPDATE payments_task SET due_at = ?1 WHERE due_at > ?1 AND due_at <= ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let values = params![now.unix_seconds(), now.plus(LEASE).unix_seconds()];
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

    fn remembered(&mut self, beginning: &str) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT key, value FROM payments_meta WHERE substr(key, 1, length(?1)) = ?1
                   ORDER BY key";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map([beginning], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(StoreError::not_done)?;
        rows.map(|row| row.map_err(StoreError::not_done)).collect()
    }

    fn next_number(&mut self, series: &str, at_least: u64) -> Result<u64, StoreError> {
        let sql = "INSERT INTO payments_meta (key, value) VALUES (?1, CAST(?2 AS TEXT))
                   ON CONFLICT (key) DO UPDATE SET
                      value = CAST(max(CAST(value AS INTEGER) + 1, ?2) AS TEXT)
                   RETURNING CAST(value AS INTEGER)";
        let values = params![series, number(at_least)];
        let next: i64 = self
            .connection
            .query_row(sql, values, |row| row.get(0))
            .map_err(StoreError::not_done)?;
        Ok(next.unsigned_abs())
    }

    fn payouts_after(
        &mut self,
        state: Option<RecordState>,
        after: &str,
        most: usize,
    ) -> Result<Vec<PayoutRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments_payout
                   WHERE reference > ?1 AND (?2 IS NULL OR state = ?2)
                   ORDER BY reference LIMIT ?3";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.rows().payouts(sql, params![after, state.map(RecordState::as_str), most])
    }

    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments_payout WHERE open_cases > 0
                   ORDER BY changed_at";
        self.rows().payouts(sql, &[])
    }

    fn reseal(
        &mut self,
        column: usize,
        after: &(String, String),
        most: usize,
    ) -> Result<Option<Resealed>, StoreError> {
        reseal::reseal(&self.connection, &self.seal, column, after, most)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let is_engine = self.lock.is_some();
        let is_run = is_engine || is_locked(&self.path).map_err(StoreError::not_done)?;
        Ok(Counts { running: u64::from(is_run), ..counts::counts(&self.connection)? })
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn stored<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::not_done)
}
