//! The rows of a PostgreSQL store, on the engine's own connection or inside an app's transaction.

use futures_util::future::BoxFuture;
use payments_core::{PayoutRef, ProviderId};
use sqlx::postgres::PgConnection;

use super::{
    handling::PostgresHandling, inbox::PostgresInbox, payments::PostgresPayments,
    reconciliation::PostgresReconciliation, tasks,
};

use crate::{
    journal::Breaker,
    record::PayoutRecord,
    sealing::{Place, Seal, read},
    store::counts::kinds_of,
    store::{
        Claim, Due, HandlerRows, InboxRows, PaymentRows, ReconciliationRows, Rows, StoreError,
        StoreIdentity, TaskKind, Write,
    },
};

/// The format of the stored JSON.
pub(super) const FORMAT: i64 = 1;

/// One or several statements, with their values.
pub(super) type Work<T> =
    Box<dyn for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send>;

/// Runs statements inside an open transaction, and waits for them.
pub(super) trait Session {
    fn run<T: Send + 'static>(&mut self, work: Work<T>) -> Result<T, StoreError>;

    /// Returns the keys that seal the rows.
    fn seal(&self) -> &Seal;
}

/// Makes [`Work`] of an async block that moves what it uses.
macro_rules! work {
    (|$connection:ident| $body:expr) => {
        Box::new(move |$connection| Box::pin(async move { $body }))
    };
}
pub(super) use work;

impl<S: Session> Rows for S {
    fn identity(&mut self) -> Result<StoreIdentity, StoreError> {
        let sql = "SELECT (SELECT value FROM payments.meta WHERE key = 'store'),
                   (SELECT value::bigint FROM payments.meta WHERE key = 'starts')";
        let (name, starts): (String, i64) =
            self.run(work!(|connection| sqlx::query_as(sql).fetch_one(connection).await))?;
        Ok(StoreIdentity { name, starts: starts.unsigned_abs() })
    }

    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError> {
        let (reference, asked) = (reference.to_string(), reference.to_string());
        let sql = "SELECT record FROM payments.payout WHERE reference = $1";
        let text: Option<String> = self.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(asked).fetch_optional(connection).await
        }))?;
        text.map(|text| self.seal().open(of_payout(&reference), &text)).transpose()
    }

    /// Locks the row, or its name if the row does not exist. Of two replicas that record the same
    /// reference, the second waits for the first and reads what it wrote.
    fn payout_to_change(
        &mut self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError> {
        let (reference, asked) = (reference.to_string(), reference.to_string());
        let text: Option<String> = self.run(work!(|connection| {
            let sql = "SELECT record FROM payments.payout WHERE reference = $1 FOR UPDATE";
            let known = sqlx::query_scalar(sql).bind(&asked).fetch_optional(&mut *connection);
            if let Some(known) = known.await? {
                return Ok(Some(known));
            }
            let lock =
                "SELECT pg_advisory_xact_lock(hashtextextended('payments.payout ' || $1, 0))";
            sqlx::query(lock).bind(&asked).execute(&mut *connection).await?;
            sqlx::query_scalar(sql).bind(&asked).fetch_optional(connection).await
        }))?;
        text.map(|text| self.seal().open(of_payout(&reference), &text)).transpose()
    }

    fn has_written(&mut self, token: &str) -> Result<bool, StoreError> {
        let token = token.to_owned();
        let sql = "SELECT EXISTS (SELECT 1 FROM payments.observation WHERE token = $1)";
        self.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(token).fetch_one(connection).await
        }))
    }

    fn write(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        let Write { token, record, observed, due } = write;
        let (token, reference) = ((*token).to_owned(), record.reference().to_string());
        let (provider, state) = (record.provider.to_string(), record.state.as_str());
        let (revision, start) = (number(observed.revision), number(observed.start));
        let (at, changed_at) = (observed.at.unix_seconds(), record.changed_at.unix_seconds());
        let open_cases = i64::try_from(record.open_cases().count()).unwrap_or(i64::MAX);
        let observation = self
            .seal()
            .close(Place { table: OBSERVATION, subject: &token }, &observed.observation)?;
        let case_kinds = kinds_of(record.open_cases());
        let (amount, moved_at) = (record.request.amount, record.moved_at().unix_seconds());
        let record = self.seal().close(of_payout(&reference), *record)?;
        let due_at = match due {
            Due::At(at) => Some(at.unix_seconds()),
            Due::Never => None,
        };
        // It is one statement, so that a write takes one round trip.
        let sql = "WITH observed AS (
                INSERT INTO payments.observation
                    (payout, revision, token, at, start, format, observation)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
            ), recorded AS (
                INSERT INTO payments.payout
                    (reference, provider, state, revision, changed_at, open_cases, format, record,
                     currency, minor, at, case_kinds)
                VALUES ($1, $8, $9, $2, $10, $11, $6, $12, $15, $16, $17, $18)
                ON CONFLICT (reference) DO UPDATE SET provider = excluded.provider,
                    state = excluded.state, revision = excluded.revision,
                    changed_at = excluded.changed_at, open_cases = excluded.open_cases,
                    format = excluded.format, record = excluded.record,
                    currency = excluded.currency, minor = excluded.minor, at = excluded.at,
                    case_kinds = excluded.case_kinds
            ), ended AS (
                DELETE FROM payments.task
                WHERE kind = $13 AND subject = $1 AND $14::bigint IS NULL
            )
            INSERT INTO payments.task (kind, subject, due_at, holder)
            SELECT $13, $1, $14, $5 WHERE $14::bigint IS NOT NULL
            ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at,
                holder = excluded.holder, leased_until = NULL, tries = 0";
        self.run(work!(|connection| {
            sqlx::query(sql)
                .bind(reference)
                .bind(revision)
                .bind(token)
                .bind(at)
                .bind(start)
                .bind(FORMAT)
                .bind(observation)
                .bind(provider)
                .bind(state)
                .bind(changed_at)
                .bind(open_cases)
                .bind(record)
                .bind(TaskKind::Payout.as_str())
                .bind(due_at)
                .bind(amount.currency().code())
                .bind(amount.minor())
                .bind(moved_at)
                .bind(case_kinds)
                .execute(connection)
                .await
                .map(|_| ())
        }))
    }

    fn breaker(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        let provider = provider.to_string();
        let sql = "SELECT breaker FROM payments.breaker WHERE provider = $1";
        let text: Option<String> = self.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(provider).fetch_optional(connection).await
        }))?;
        text.map_or_else(|| Ok(Breaker::default()), |text| read(text.as_bytes()))
    }

    fn breaker_to_change(&mut self, provider: &ProviderId) -> Result<Breaker, StoreError> {
        let (provider, closed) = (provider.to_string(), stored(&Breaker::default())?);
        let text: String = self.run(work!(|connection| {
            let sql = "INSERT INTO payments.breaker (provider, format, breaker) VALUES ($1, $2, $3)
                       ON CONFLICT (provider) DO NOTHING";
            let making = sqlx::query(sql).bind(&provider).bind(FORMAT).bind(closed);
            making.execute(&mut *connection).await?;
            let sql = "SELECT breaker FROM payments.breaker WHERE provider = $1 FOR UPDATE";
            sqlx::query_scalar(sql).bind(&provider).fetch_one(connection).await
        }))?;
        read(text.as_bytes())
    }

    fn set_breaker(&mut self, provider: &ProviderId, breaker: &Breaker) -> Result<(), StoreError> {
        let (provider, breaker) = (provider.to_string(), stored(breaker)?);
        let sql = "INSERT INTO payments.breaker (provider, format, breaker) VALUES ($1, $2, $3)
                   ON CONFLICT (provider) DO UPDATE SET format = excluded.format,
                      breaker = excluded.breaker";
        self.run(work!(|connection| {
            let query = sqlx::query(sql).bind(provider).bind(FORMAT).bind(breaker);
            query.execute(connection).await.map(|_| ())
        }))
    }

    fn make_due(&mut self, kind: TaskKind, subject: &str, due: Due) -> Result<(), StoreError> {
        let subject = subject.to_owned();
        self.run(work!(|connection| tasks::make_due(connection, kind, subject, due).await))
    }

    fn is_claimed(&mut self, claim: &Claim) -> Result<bool, StoreError> {
        let claim = claim.clone();
        self.run(work!(|connection| tasks::is_claimed(connection, claim).await))
    }

    fn set_due(&mut self, claim: &Claim, due: Due) -> Result<(), StoreError> {
        let claim = claim.clone();
        self.run(work!(|connection| tasks::set_due(connection, claim, due).await))
    }

    fn inbox(&mut self) -> Box<dyn InboxRows + '_> {
        Box::new(PostgresInbox(self))
    }

    fn payments(&mut self) -> Box<dyn PaymentRows + '_> {
        Box::new(PostgresPayments(self))
    }

    fn handling(&mut self) -> Box<dyn HandlerRows + '_> {
        Box::new(PostgresHandling(self))
    }

    fn reconciliation(&mut self) -> Box<dyn ReconciliationRows + '_> {
        Box::new(PostgresReconciliation(self))
    }

    fn handlers(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM payments.handler ORDER BY name";
        self.run(work!(|connection| sqlx::query_scalar(sql).fetch_all(connection).await))
    }
}

/// Returns the place of a payout's record.
pub(super) fn of_payout(reference: &str) -> Place<'_> {
    Place { table: "payout", subject: reference }
}

/// The name of the table of observations that is authenticated with sealed rows.
pub(super) const OBSERVATION: &str = "observation";

pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn stored<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::not_done)
}
