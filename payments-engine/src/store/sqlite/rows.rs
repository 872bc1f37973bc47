//! The rows of a SQLite store, on the writer's connection or inside an app's transaction.

use payments_core::{PayoutRef, ProviderId};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;

use super::{Sqlite, handling, inbox, payments, reconciliation, tasks};
use crate::{
    journal::Breaker,
    record::{Observed, PayoutRecord},
    sealing::{Place, Seal, read},
    store::{
        Claim, Due, HandlerRows, InboxRows, PaymentRows, ReconciliationRows, Rows, StoreError,
        StoreIdentity, TaskKind, Write, counts::kinds_of, observed::observed,
    },
};

/// The format of the stored JSON.
pub(super) const FORMAT: i64 = 1;

/// The rows of a connection: the writer's, or that of an app's own transaction.
#[derive(Clone, Copy)]
pub(crate) struct SqliteRows<'a> {
    pub(super) connection: &'a Connection,
    pub(super) seal: &'a Seal,
}

impl<'a> SqliteRows<'a> {
    pub(crate) fn new(connection: &'a Connection, seal: &'a Seal) -> Self {
        Self { connection, seal }
    }

    /// Returns the observations of one subject. The query selects the revision, time, start,
    /// observation and token.
    pub(super) fn history<O: DeserializeOwned>(
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

    /// Returns the payouts of a query, which selects the reference and the record.
    pub(super) fn payouts(
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

/// Returns the place of a payout's record.
pub(super) fn of_payout(reference: &str) -> Place<'_> {
    Place { table: "payout", subject: reference }
}

/// The name of the table of observations that is authenticated with sealed rows.
pub(super) const OBSERVATION: &str = "observation";

impl Rows for SqliteRows<'_> {
    fn identity(&mut self) -> Result<StoreIdentity, StoreError> {
        let sql = "SELECT (SELECT value FROM payments_meta WHERE key = 'store'),
                   (SELECT cast(value AS INTEGER) FROM payments_meta WHERE key = 'starts')";
        let identity = self.connection.query_row(sql, [], |row| {
            let starts = row.get::<_, i64>(1)?.unsigned_abs();
            Ok(StoreIdentity { name: row.get(0)?, starts })
        });
        identity.map_err(StoreError::not_done)
    }

    fn payout(&mut self, reference: &PayoutRef) -> Result<Option<PayoutRecord>, StoreError> {
        let sql = "SELECT record FROM payments_payout WHERE reference = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let text: Option<String> = statement
            .query_row([reference.as_str()], |row| row.get(0))
            .optional()
            .map_err(StoreError::not_done)?;
        text.map(|text| self.seal.open(of_payout(reference.as_str()), &text)).transpose()
    }

    /// Reads the record without a lock, because the file has one writer at a time.
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
    fn identity(&mut self) -> Result<StoreIdentity, StoreError> {
        self.rows().identity()
    }

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

pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn stored<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::not_done)
}
