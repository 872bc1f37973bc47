//! A store in a SQLite file.

mod counts;
mod handling;
mod inbox;
mod opening;
mod payments;
mod reconciliation;
mod reseal;
mod rows;
mod tasks;

pub(super) use opening::migrate_file;

use std::fs::File;
use std::path::{Path, PathBuf};

use payments_core::{Error, ErrorKind, PayoutRef, ProviderId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use self::opening::{SCHEMA, connect, count_start, is_locked, lock, migrate, unusable};
pub(crate) use self::rows::SqliteRows;
use self::rows::{FORMAT, OBSERVATION, number, of_payout, stored};

use super::{
    Backend, Claim, Counts, Opened, Renaming, Resealed, Rows as _, StoreError, TaskKind,
    renaming::RowChange,
};
use crate::{
    record::{Observed, PayoutRecord, RecordState},
    resolver::schedule::LEASE,
    sealing::Seal,
};

/// The writer's connection, and the lock of the sending engine.
pub(super) struct Sqlite {
    path: PathBuf,
    connection: Connection,
    seal: Seal,
    start: u64,
    /// The lock of the sending engine; a visitor has none.
    lock: Option<File>,
}

impl Sqlite {
    /// Opens the file for an engine that sends.
    ///
    /// # Errors
    /// Returns `Configuration` if another engine sends from this file, or its schema is of a later
    /// version. Returns `Unavailable` if the file cannot be used.
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

    /// Opens the file as a visitor.
    ///
    /// # Errors
    /// Returns `Configuration` if no engine of this version created its tables, and `Unavailable`
    /// if the file cannot be used.
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
            return Err(refused("contains no tables of the engine: start the engine on it first"));
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
}

impl Backend for Sqlite {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| {
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) {
                return StoreError::NotDone(format!(
                    "{error}: another transaction holds it, such as one of the app that is still \
                     open while the app calls the engine; end it first, or hand the payout over in \
                     it by submit_in"
                ));
            }
            StoreError::not_done(error)
        })
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
        // Work due within a lease may have been claimed by an engine that ended.
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

    fn forget(&mut self, name: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM payments_meta WHERE key = ?1";
        self.connection.execute(sql, [name]).map_err(StoreError::not_done)?;
        Ok(())
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

    /// Returns whether a second engine uses the file, which its lock prevents.
    fn is_shared(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn rename_rows(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        for change in renaming.row_changes(&self.handlers()?) {
            let RowChange { table, assignment, condition, from, to } = change;
            let sql = format!("UPDATE payments_{table} SET {assignment} WHERE {condition}");
            self.connection
                .execute(&sql.replace('$', "?"), [from, to])
                .map_err(StoreError::not_done)?;
        }
        Ok(())
    }

    fn reseal(
        &mut self,
        column: usize,
        after: &(String, String),
        most: usize,
        renaming: Option<&Renaming>,
    ) -> Result<Option<Resealed>, StoreError> {
        reseal::reseal(&self.connection, &self.seal, column, after, most, renaming)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let is_engine = self.lock.is_some();
        let is_run = is_engine || is_locked(&self.path).map_err(StoreError::not_done)?;
        Ok(Counts { running: u64::from(is_run), ..counts::counts(&self.connection)? })
    }
}
