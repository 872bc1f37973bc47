//! Handlers in SQLite.

use payments_core::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};

use super::number;
use crate::{
    handlers::DeadLetter,
    store::{HandlerRows, StoreError, TaskKind},
};

/// The rows of handlers of a connection.
pub(super) struct SqliteHandling<'a>(pub(super) &'a Connection);

impl SqliteHandling<'_> {
    fn execute(&self, sql: &str, values: &[&dyn ToSql]) -> Result<usize, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement.execute(values).map_err(StoreError::not_done)
    }
}

impl HandlerRows for SqliteHandling<'_> {
    fn register(&mut self, handler: &str) -> Result<(), StoreError> {
        let sql = "INSERT OR IGNORE INTO payments_handler (name) VALUES (?1)";
        self.execute(sql, params![handler])?;
        Ok(())
    }

    fn retire(&mut self, handler: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM payments_handler WHERE name = ?1", params![handler])?;
        self.execute("DELETE FROM payments_handled WHERE handler = ?1", params![handler])?;
        self.execute("DELETE FROM payments_dead_letter WHERE handler = ?1", params![handler])?;
        // Names do not contain spaces.
        let sql = "DELETE FROM payments_task
                   WHERE kind = ?1 AND substr(subject, 1, length(?2) + 1) = ?2 || ' '";
        self.execute(sql, params![TaskKind::Handle.as_str(), handler])?;
        Ok(())
    }

    fn handled(&mut self, handler: &str, subject: &str) -> Result<u64, StoreError> {
        let sql = "SELECT revision FROM payments_handled WHERE handler = ?1 AND subject = ?2";
        let mut statement = self.0.prepare_cached(sql).map_err(StoreError::not_done)?;
        let found = statement.query_row([handler, subject], |row| row.get::<_, i64>(0)).optional();
        Ok(found.map_err(StoreError::not_done)?.unwrap_or(0).unsigned_abs())
    }

    fn set_handled(
        &mut self,
        handler: &str,
        subject: &str,
        before: u64,
        revision: u64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO payments_handled (handler, subject, revision) VALUES (?1, ?2, ?3)
                   ON CONFLICT (handler, subject) DO UPDATE SET revision = excluded.revision
                   WHERE payments_handled.revision = ?4";
        let values = params![handler, subject, number(revision), number(before)];
        let is_marked = self.execute(sql, values)? > 0;
        if is_marked {
            let sql = "DELETE FROM payments_dead_letter WHERE handler = ?1 AND subject = ?2";
            self.execute(sql, params![handler, subject])?;
        }
        Ok(is_marked)
    }

    fn bury(&mut self, letter: &DeadLetter) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO payments_dead_letter
                      (handler, subject, revision, at, tries, why)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let DeadLetter { handler, subject, revision, at, tries, why } = letter;
        let (revision, at) = (number(*revision), at.unix_seconds());
        self.execute(sql, params![handler, subject, revision, at, tries, why])?;
        Ok(())
    }

    fn dead_letters(&mut self) -> Result<Vec<DeadLetter>, StoreError> {
        let sql = "SELECT handler, subject, revision, at, tries, why FROM payments_dead_letter
                   ORDER BY at, handler, subject";
        let mut statement = self.0.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement.query_map([], |row| {
            Ok(DeadLetter {
                handler: row.get(0)?,
                subject: row.get(1)?,
                revision: row.get::<_, i64>(2)?.unsigned_abs(),
                at: Timestamp::from_unix(row.get(3)?),
                tries: row.get(4)?,
                why: row.get(5)?,
            })
        });
        let rows = rows.map_err(StoreError::not_done)?;
        rows.map(|row| row.map_err(StoreError::not_done)).collect()
    }

    fn forget(&mut self, handler: &str, subject: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM payments_dead_letter WHERE handler = ?1 AND subject = ?2";
        let is_there = self.execute(sql, params![handler, subject])? > 0;
        if is_there {
            let sql = "DELETE FROM payments_handled WHERE handler = ?1 AND subject = ?2";
            self.execute(sql, params![handler, subject])?;
        }
        Ok(is_there)
    }
}
