//! A store in PostgreSQL, on which several engines may run.
//!
//! The thread that owns it has its own runtime for one connection, which is replaced if it breaks.

mod address;
mod connection;
mod counts;
mod handling;
mod identity;
mod inbox;
mod instances;
mod opening;
mod payments;
mod reconciliation;
mod reseal;
mod rows;
mod schema;
mod tasks;
#[cfg(feature = "sqlx-0_9")]
mod transaction;
#[cfg(feature = "sqlx-0_9")]
pub(crate) use transaction::with_rows;

use std::error::Error as _;
use std::time::Duration;

use payments_core::{PayoutRef, ProviderId, Timestamp};
use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::runtime::Runtime;

pub(crate) use self::address::Address;
use self::connection::{connect, in_time, is_usable_after, not_committed, not_done};
use self::rows::{OBSERVATION, Session, Work, number, of_payout, work};
use super::observed::{ObservedRow, observed};
use super::renaming::RowChange;
use super::{
    Backend, Claim, Counts, Renaming, Resealed, Restored, Rows as _, StoreError, TaskKind,
};
use crate::{
    record::{Observed, PayoutRecord, RecordState},
    sealing::Seal,
};

/// The connection of one engine, and the runtime that it is used on.
pub(super) struct Postgres {
    runtime: Runtime,
    options: PgConnectOptions,
    /// `None` after the connection broke.
    connection: Option<PgConnection>,
    /// Whether a statement of the transaction failed, so that its commit would be a rollback.
    has_failed: bool,
    start: i64,
    silence: Duration,
    restored: Restored,
    seal: Seal,
}

impl Postgres {
    /// Replaces a broken connection. The store is compared with the known one, because the address
    /// may lead to another server by now.
    fn reconnect(&mut self) -> Result<(), StoreError> {
        let (options, start) = (&self.options, self.start);
        let opening = async {
            let mut connection = connect(options).await.map_err(|error| {
                let why = error.source().map(|source| format!(": {source}")).unwrap_or_default();
                StoreError::NotDone(format!("{error}{why}"))
            })?;
            let checking = in_time(identity::check(&mut connection, Some(start)));
            let found = checking.await.map_err(|error| not_done(&error))?;
            Ok((connection, found))
        };
        let (connection, found) = self.runtime.block_on(opening)?;
        self.restored.set(found);
        self.connection = Some(connection);
        Ok(())
    }

    /// Runs a statement. Returns `None` if there is no connection. A broken connection is dropped.
    fn try_run<T>(&mut self, work: Work<T>) -> Option<Result<T, sqlx::Error>> {
        let connection = self.connection.as_mut()?;
        let done = self.runtime.block_on(async { in_time(work(connection)).await });
        if let Err(error) = &done {
            self.has_failed = true;
            if !is_usable_after(error) {
                self.connection = None;
            }
        }
        Some(done)
    }
}

impl Postgres {
    /// Changes rows in parts, because one statement for all of them could take too long.
    fn change_rows(&mut self, change: RowChange) -> Result<(), StoreError> {
        let RowChange { table, assignment, condition, from, to } = change;
        let sql = format!(
            "UPDATE payments.{table} SET {assignment} WHERE ctid = ANY (ARRAY (
                 SELECT ctid FROM payments.{table} WHERE {condition} LIMIT {ROWS}))"
        );
        loop {
            let (sql, from, to) = (AssertSqlSafe(sql.clone()), from.clone(), to.clone());
            let changed = self.run(work!(|connection| {
                sqlx::query(sql).bind(from).bind(to).execute(connection).await
            }))?;
            if changed.rows_affected() < ROWS {
                return Ok(());
            }
        }
    }
}

/// The maximum number of rows that one statement gives a new name.
const ROWS: u64 = 10_000;

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Returns a statement without values.
fn plain(sql: &'static str) -> Work<()> {
    work!(|connection| sqlx::raw_sql(sql).execute(connection).await.map(|_| ()))
}

impl Session for Postgres {
    fn run<T: Send + 'static>(&mut self, work: Work<T>) -> Result<T, StoreError> {
        match self.try_run(work) {
            Some(done) => done.map_err(|error| not_done(&error)),
            None => Err(StoreError::Again("PostgreSQL: the connection broke".to_owned())),
        }
    }

    fn seal(&self) -> &Seal {
        &self.seal
    }
}

impl Backend for Postgres {
    fn begin(&mut self) -> Result<(), StoreError> {
        let begun = match self.try_run(plain(BEGIN)) {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) if self.connection.is_some() => Err(not_done(&error)),
            // The connection broke while it was idle, or earlier.
            Some(Err(_)) | None => {
                self.reconnect()?;
                self.run(plain(BEGIN))
            }
        };
        self.has_failed = begun.is_err();
        begun
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.has_failed {
            return Err(StoreError::Again("a statement before the commit failed".to_owned()));
        }
        match self.try_run(plain("COMMIT")) {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(not_committed(&error)),
            None => Err(StoreError::Again("PostgreSQL: the connection broke".to_owned())),
        }
    }

    fn roll_back(&mut self) {
        if let Some(Err(_)) = self.try_run(plain("ROLLBACK")) {
            // Closing a connection ends its transaction.
            self.connection = None;
        }
    }

    fn history(&mut self, reference: &PayoutRef) -> Result<Vec<Observed>, StoreError> {
        let reference = reference.to_string();
        let sql = "SELECT revision, at, start, observation, token FROM payments.observation
                   WHERE payout = $1 ORDER BY revision";
        let rows: Vec<ObservedRow> = self.run(work!(|connection| {
            sqlx::query_as(sql).bind(reference).fetch_all(connection).await
        }))?;
        rows.into_iter().map(|row| observed(&self.seal, OBSERVATION, row)).collect()
    }

    fn claim(
        &mut self,
        kind: TaskKind,
        now: Timestamp,
        lease: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError> {
        let (start, lease) = (self.start, lease.since(now));
        let claimed = self
            .run(work!(
                |connection| tasks::claim(connection, kind, start, now, lease, most).await
            ))?;
        Ok(claimed
            .into_iter()
            .map(|(subject, fence, tries)| Claim {
                kind,
                subject,
                fence: fence.unsigned_abs(),
                tries: u32::try_from(tries).unwrap_or(u32::MAX),
            })
            .collect())
    }

    fn pull_in(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let silence = self.silence;
        self.run(work!(|connection| instances::pull_in(connection, now, silence).await))
    }

    fn is_live(&mut self, start: u64) -> Result<bool, StoreError> {
        let (start, silence) = (number(start), self.silence);
        if start == self.start {
            return Ok(true);
        }
        self.run(work!(|connection| instances::is_live(connection, start, silence).await))
    }

    fn beat(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let (start, silence) = (self.start, self.silence);
        let found = self.run(work!(|connection| {
            instances::be_seen(&mut *connection, start).await?;
            if instances::forget_silent(&mut *connection, silence).await? > 0 {
                instances::pull_in(&mut *connection, now, silence).await?;
            }
            identity::check(connection, Some(start)).await
        }))?;
        self.restored.set(found);
        Ok(())
    }

    fn close(&mut self) {
        let start = self.start;
        // Otherwise the others notice by the silence.
        let _ = self.try_run(work!(|connection| instances::leave(connection, start).await));
        if let Some(connection) = self.connection.take() {
            self.runtime.block_on(connection::close(connection));
        }
    }

    fn open_providers(&mut self) -> Result<Vec<ProviderId>, StoreError> {
        let sql = "SELECT DISTINCT provider FROM payments.payout
                   WHERE state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed')";
        let rows: Vec<String> =
            self.run(work!(|connection| sqlx::query_scalar(sql).fetch_all(connection).await))?;
        rows.into_iter().map(|row| ProviderId::new(row).map_err(StoreError::not_done)).collect()
    }

    fn remember(&mut self, name: &str, value: &str) -> Result<Option<String>, StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.run(work!(|connection| {
            let sql = "SELECT value FROM payments.meta WHERE key = $1";
            let known =
                sqlx::query_scalar(sql).bind(&name).fetch_optional(&mut *connection).await?;
            if known.as_ref() != Some(&value) {
                let sql = "INSERT INTO payments.meta (key, value) VALUES ($1, $2)
                           ON CONFLICT (key) DO UPDATE SET value = excluded.value";
                sqlx::query(sql).bind(name).bind(value).execute(connection).await?;
            }
            Ok(known)
        }))
    }

    fn forget(&mut self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        let sql = "DELETE FROM payments.meta WHERE key = $1";
        self.run(work!(|connection| {
            sqlx::query(sql).bind(name).execute(connection).await.map(|_| ())
        }))
    }

    fn remembered(&mut self, beginning: &str) -> Result<Vec<(String, String)>, StoreError> {
        let beginning = beginning.to_owned();
        let sql = "SELECT key, value FROM payments.meta WHERE starts_with(key, $1) ORDER BY key";
        self.run(work!(|connection| {
            sqlx::query_as(sql).bind(beginning).fetch_all(connection).await
        }))
    }

    fn next_number(&mut self, series: &str, at_least: u64) -> Result<u64, StoreError> {
        let (series, at_least) = (series.to_owned(), number(at_least));
        let sql = "INSERT INTO payments.meta (key, value) VALUES ($1, $2::bigint::text)
                   ON CONFLICT (key) DO UPDATE SET
                      value = greatest(meta.value::bigint + 1, $2::bigint)::text
                   RETURNING value::bigint";
        let next: i64 = self.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(series).bind(at_least).fetch_one(connection).await
        }))?;
        Ok(next.unsigned_abs())
    }

    fn payouts_after(
        &mut self,
        state: Option<RecordState>,
        after: &str,
        most: usize,
    ) -> Result<Vec<PayoutRecord>, StoreError> {
        let (state, after) = (state.map(RecordState::as_str), after.to_owned());
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sql = "SELECT reference, record FROM payments.payout
                   WHERE reference > $1 AND ($2::text IS NULL OR state = $2)
                   ORDER BY reference LIMIT $3";
        let rows: Vec<(String, String)> = self.run(work!(|connection| {
            let query = sqlx::query_as(sql).bind(after).bind(state).bind(most);
            query.fetch_all(connection).await
        }))?;
        rows.iter()
            .map(|(reference, record)| self.seal.open(of_payout(reference), record))
            .collect()
    }

    fn with_open_cases(&mut self) -> Result<Vec<PayoutRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments.payout WHERE open_cases > 0
                   ORDER BY changed_at";
        let rows: Vec<(String, String)> =
            self.run(work!(|connection| sqlx::query_as(sql).fetch_all(connection).await))?;
        rows.iter()
            .map(|(reference, record)| self.seal.open(of_payout(reference), record))
            .collect()
    }

    fn is_shared(&mut self) -> Result<bool, StoreError> {
        let (start, silence) = (self.start, self.silence);
        self.run(work!(|connection| {
            schema::lock(&mut *connection).await?;
            instances::has_others(connection, start, silence).await
        }))
    }

    fn rename_rows(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        for change in renaming.row_changes(&self.handlers()?) {
            self.change_rows(change)?;
        }
        // Changing many rows takes longer than an engine may be silent.
        let start = self.start;
        self.run(work!(|connection| {
            identity::names_changed(&mut *connection, start).await?;
            instances::be_seen(connection, start).await
        }))
    }

    fn reseal(
        &mut self,
        column: usize,
        after: &(String, String),
        most: usize,
        renaming: Option<&Renaming>,
    ) -> Result<Option<Resealed>, StoreError> {
        reseal::reseal(self, column, after, most, renaming)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let silence = self.silence;
        let figures = self.run(work!(|connection| counts::figures(connection, silence).await))?;
        counts::counts(figures)
    }
}
