//! A store in PostgreSQL, on which several engines may run.
//!
//! The thread that owns it has its own runtime for one connection, which is replaced if it breaks.

mod connection;
mod counts;
mod handling;
mod identity;
mod inbox;
mod instances;
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
use std::fmt;
use std::time::Duration;

use payments_core::{Error, ErrorKind, PayoutRef, ProviderId, Timestamp};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::runtime::Runtime;

use self::connection::{connect, in_time, is_usable_after, not_committed, not_done, place};
use self::rows::{OBSERVATION, Session, Work, number, of_payout, work};
use super::observed::{ObservedRow, observed};
use super::{Backend, Claim, Counts, Opened, Resealed, Restored, StoreError, TaskKind};
use crate::{
    record::{Observed, PayoutRecord, RecordState},
    sealing::Seal,
};

/// How long an engine may be silent before the others take over its work.
const SILENCE: Duration = Duration::from_secs(20);

/// How many times within the silence an engine records that it runs.
const BEATS: u32 = 4;

/// The address of a PostgreSQL store.
#[derive(Clone)]
pub(crate) struct Address {
    /// Contains the password, so it is never printed.
    options: Result<Box<PgConnectOptions>, String>,
    silence: Duration,
}

impl Address {
    pub(crate) fn new(url: &str) -> Self {
        let options = url.parse().map(Box::new).map_err(|error: sqlx::Error| match error {
            sqlx::Error::Configuration(why) => why.to_string(),
            _ => "it is not a URL such as postgres://user@host:5432/database".to_owned(),
        });
        Self { options, silence: SILENCE }
    }

    /// Connects to the server, and checks that it keeps the commits that it confirms.
    #[cfg(feature = "sqlx-0_9")]
    pub(crate) async fn connect(&self) -> Result<PgConnection, Error> {
        connect(&self.options()?).await
    }

    fn options(&self) -> Result<PgConnectOptions, Error> {
        self.options.clone().map(|options| *options).map_err(|why| {
            let message = format!("the address of the PostgreSQL store cannot be read: {why}");
            Error::new(ErrorKind::Configuration, message)
        })
    }

    fn unusable(&self, error: sqlx::Error) -> Error {
        let message = format!("the store {self} cannot be used");
        Error::new(ErrorKind::Unavailable, message).with_source(error)
    }

    #[cfg(feature = "seeded-bugs")]
    pub(super) fn with_silence(self, silence: Duration) -> Self {
        Self { silence, ..self }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.options {
            Ok(options) => f.write_str(&place(options)),
            Err(_) => f.write_str("PostgreSQL at an address that cannot be read"),
        }
    }
}

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
    /// Opens the store for an engine that sends.
    ///
    /// # Errors
    /// Returns `Configuration` if the address cannot be parsed, if the server does not keep the
    /// commits that it confirms, or if the schema is of a later version. Returns `Unavailable` if
    /// the store cannot be used.
    pub(super) fn open(
        address: &Address,
        now: Timestamp,
        accepts: bool,
        seal: Seal,
    ) -> Result<(Self, Opened), Error> {
        let options = address.options()?;
        let unusable = |error: sqlx::Error| address.unusable(error);
        let runtime = connection_runtime()?;
        let opening = async {
            let mut connection = connect(&options).await?;
            let opened = in_time(open(&mut connection, now, accepts)).await.map_err(unusable)??;
            Ok::<_, Error>((connection, opened))
        };
        let (connection, (start, name, found)) = runtime.block_on(opening)?;
        let restored = Restored::default();
        restored.set(found);
        let opened = Opened {
            start: start.unsigned_abs(),
            name,
            restored: restored.clone(),
            beat: Some(address.silence / BEATS),
        };
        let postgres = Self {
            runtime,
            options,
            connection: Some(connection),
            has_failed: false,
            start,
            silence: address.silence,
            restored,
            seal,
        };
        Ok((postgres, opened))
    }

    /// Opens the store as a visitor.
    ///
    /// # Errors
    /// Returns `Configuration` if no engine of this version created its tables, and `Unavailable`
    /// if the store cannot be used.
    pub(super) fn visit(address: &Address, seal: Seal) -> Result<(Self, Opened), Error> {
        let options = address.options()?;
        let unusable = |error: sqlx::Error| address.unusable(error);
        let runtime = connection_runtime()?;
        let visiting = async {
            let mut connection = connect(&options).await?;
            let checking = in_time(schema::is_of_this_version(&mut connection));
            if !checking.await.map_err(unusable)? {
                let message = format!(
                    "{address} has no tables of this version of payments-engine: start the engine \
                     on it first, and use the version that it has"
                );
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            let sql = "SELECT left(gen_random_uuid()::text, 8),
                (SELECT value FROM payments.meta WHERE key = 'restored')";
            let query = sqlx::query_as::<_, (String, Option<String>)>(sql);
            let (name, restored) =
                in_time(query.fetch_one(&mut connection)).await.map_err(unusable)?;
            Ok((connection, Opened::visitor(name, restored)))
        };
        let (connection, opened) = runtime.block_on(visiting)?;
        let postgres = Self {
            runtime,
            options,
            connection: Some(connection),
            has_failed: false,
            start: 0,
            silence: address.silence,
            restored: opened.restored.clone(),
            seal,
        };
        Ok((postgres, opened))
    }

    /// Updates the tables, which is possible beside running engines, and returns the versions of
    /// their schema before and now.
    ///
    /// # Errors
    /// The same as for [`open`](Self::open).
    pub(super) fn migrate(address: &Address, now: Timestamp) -> Result<(u64, u64), Error> {
        let options = address.options()?;
        let unusable = |error: sqlx::Error| address.unusable(error);
        let migrating = async {
            let mut connection = connect(&options).await?;
            let migrated = in_time(async {
                sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
                let migrated = schema::migrate(&mut connection, now).await?;
                let end = if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" };
                sqlx::raw_sql(end).execute(&mut connection).await?;
                Ok(migrated)
            });
            let before = migrated.await.map_err(unusable)??;
            connection::close(connection).await;
            Ok((before.unsigned_abs(), schema::SCHEMA.unsigned_abs()))
        };
        connection_runtime()?.block_on(migrating)
    }

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

/// Returns the runtime of one connection.
fn connection_runtime() -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StoreError::not_done(error).into_error())
}

/// Migrates, compares and counts, in one transaction.
async fn open(
    connection: &mut PgConnection,
    now: Timestamp,
    accepts: bool,
) -> Result<Result<(i64, String, Option<String>), Error>, sqlx::Error> {
    sqlx::raw_sql(BEGIN).execute(&mut *connection).await?;
    if let Err(refused) = schema::migrate(&mut *connection, now).await? {
        return Ok(Err(refused));
    }
    if accepts {
        identity::accept(&mut *connection).await?;
    }
    let found = identity::check(&mut *connection, None).await?;
    let start = instances::count_start(&mut *connection).await?;
    instances::be_seen(&mut *connection, start).await?;
    // An older copy of the store could count the same number again.
    let name: String = sqlx::query_scalar("SELECT left(gen_random_uuid()::text, 8)")
        .fetch_one(&mut *connection)
        .await?;
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(Ok((start, format!("{start}-{name}"), found)))
}

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

    fn reseal(
        &mut self,
        column: usize,
        after: &(String, String),
        most: usize,
    ) -> Result<Option<Resealed>, StoreError> {
        reseal::reseal(self, column, after, most)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        let silence = self.silence;
        let figures = self.run(work!(|connection| counts::figures(connection, silence).await))?;
        counts::counts(figures)
    }
}
