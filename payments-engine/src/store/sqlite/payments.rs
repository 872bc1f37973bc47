//! Payments and credits in SQLite.

use payments_core::{DedupeKey, Movement, OrderRef, ProviderId};
use rusqlite::params;

use super::{FORMAT, SqliteRows, number};
use crate::{
    record::{CreditRecord, Observed, PaymentObservation, PaymentRecord},
    sealing::Place,
    store::{PaymentRows, PaymentWrite, Route, StoreError, counts::kinds_of},
};

/// The rows of a connection.
pub(super) struct SqlitePayments<'a>(pub(super) SqliteRows<'a>);

/// The names of the tables that are authenticated with sealed rows.
const PAYMENT: &str = "payment";
const OBSERVATION: &str = "payment observation";
const CREDIT: &str = "credit";

/// Returns the place of a credit, by its provider and key.
pub(super) fn of_credit(subject: &str) -> Place<'_> {
    Place { table: CREDIT, subject }
}

impl SqlitePayments<'_> {
    fn put(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<usize, StoreError> {
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement.execute(values).map_err(StoreError::not_done)
    }

    /// Returns the sealed values of a query, which selects each after its subject.
    fn sealed<T: serde::de::DeserializeOwned>(
        &self,
        table: &str,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map(values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .map_err(StoreError::not_done)?;
        rows.map(|row| {
            let (subject, stored) = row.map_err(StoreError::not_done)?;
            self.0.seal.open(Place { table, subject: &subject }, &stored)
        })
        .collect()
    }

    fn all<T>(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
        made: impl Fn(String) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement
            .query_map(values, |row| row.get::<_, String>(0))
            .map_err(StoreError::not_done)?;
        rows.map(|row| made(row.map_err(StoreError::not_done)?)).collect()
    }
}

fn order(text: String) -> Result<OrderRef, StoreError> {
    OrderRef::new(text).map_err(StoreError::not_done)
}

fn most_rows(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

fn cases(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl PaymentRows for SqlitePayments<'_> {
    fn payment(&mut self, order: &OrderRef) -> Result<Option<PaymentRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments_payment WHERE reference = ?1";
        Ok(self.sealed(PAYMENT, sql, params![order.as_str()])?.pop())
    }

    fn has_written_payment(&mut self, token: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM payments_payment_observation WHERE token = ?1)";
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement.query_row([token], |row| row.get(0)).map_err(StoreError::not_done)
    }

    fn write_payment(&mut self, write: &PaymentWrite<'_>) -> Result<(), StoreError> {
        let PaymentWrite { token, record, observed } = write;
        let reference = record.order.as_str();
        self.put(
            "INSERT INTO payments_payment_observation
                (payment, revision, token, at, start, format, observation)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                reference,
                number(observed.revision),
                token,
                observed.at.unix_seconds(),
                number(observed.start),
                FORMAT,
                self.0
                    .seal
                    .close(Place { table: OBSERVATION, subject: token }, &observed.observation,)?,
            ],
        )?;
        self.put(
            "INSERT INTO payments_payment
                (reference, revision, changed_at, open_cases, in_doubt, format, record,
                 case_kinds)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (reference) DO UPDATE SET revision = excluded.revision,
                changed_at = excluded.changed_at, open_cases = excluded.open_cases,
                in_doubt = excluded.in_doubt, format = excluded.format, record = excluded.record,
                case_kinds = excluded.case_kinds",
            params![
                reference,
                number(record.revision),
                record.changed_at.unix_seconds(),
                cases(record.open_cases().count()),
                i64::from(record.is_unsettled()),
                FORMAT,
                self.0.seal.close(Place { table: PAYMENT, subject: reference }, record)?,
                kinds_of(record.open_cases()),
            ],
        )?;
        Ok(())
    }

    fn payment_history(
        &mut self,
        order: &OrderRef,
    ) -> Result<Vec<Observed<PaymentObservation>>, StoreError> {
        let sql = "SELECT revision, at, start, observation, token FROM payments_payment_observation
                   WHERE payment = ?1 ORDER BY revision";
        self.0.history(OBSERVATION, sql, order.as_str())
    }

    fn use_key(&mut self, provider: &ProviderId, key: &DedupeKey) -> Result<bool, StoreError> {
        let sql = "INSERT OR IGNORE INTO payments_key (provider, key) VALUES (?1, ?2)";
        Ok(self.put(sql, params![provider.as_str(), key.as_str()])? == 0)
    }

    fn add_route(&mut self, route: &Route, order: &OrderRef) -> Result<(), StoreError> {
        let sql = "INSERT OR IGNORE INTO payments_route (provider, kind, name, payment)
                   VALUES (?1, ?2, ?3, ?4)";
        let Route { provider, kind, name } = route;
        self.put(sql, params![provider.as_str(), kind.as_str(), name, order.as_str()])?;
        Ok(())
    }

    fn orders_of(&mut self, route: &Route) -> Result<Vec<OrderRef>, StoreError> {
        let sql = "SELECT payment FROM payments_route
                   WHERE provider = ?1 AND kind = ?2 AND name = ?3 LIMIT 2";
        let Route { provider, kind, name } = route;
        self.all(sql, params![provider.as_str(), kind.as_str(), name], order)
    }

    fn credit(
        &mut self,
        provider: &ProviderId,
        key: &DedupeKey,
    ) -> Result<Option<CreditRecord>, StoreError> {
        let sql = "SELECT provider || ' ' || key, record FROM payments_credit
                   WHERE provider = ?1 AND key = ?2";
        Ok(self.sealed(CREDIT, sql, params![provider.as_str(), key.as_str()])?.pop())
    }

    fn put_credit(&mut self, credit: &CreditRecord) -> Result<(), StoreError> {
        let amount = credit.movement.amount;
        let subject = format!("{} {}", credit.provider, credit.movement.key);
        self.put(
            "INSERT INTO payments_credit (provider, key, payment, currency, minor, reported_at,
                changed_at, open_cases, format, record, at, case_kinds)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (provider, key) DO UPDATE SET payment = excluded.payment,
                changed_at = excluded.changed_at, open_cases = excluded.open_cases,
                format = excluded.format, record = excluded.record,
                case_kinds = excluded.case_kinds",
            params![
                credit.provider.as_str(),
                credit.movement.key.as_str(),
                credit.order.as_ref().map(OrderRef::as_str),
                amount.currency().code(),
                amount.minor(),
                credit.reported_at.unix_seconds(),
                credit.changed_at.unix_seconds(),
                cases(credit.open_cases().count()),
                FORMAT,
                self.0.seal.close(of_credit(&subject), credit)?,
                credit.movement.at.map(payments_core::Timestamp::unix_seconds),
                kinds_of(credit.open_cases()),
            ],
        )?;
        Ok(())
    }

    fn credits_like(
        &mut self,
        movement: &Movement,
        most: usize,
    ) -> Result<Vec<CreditRecord>, StoreError> {
        let sql = "SELECT provider || ' ' || key, record FROM payments_credit WHERE currency = ?1 AND minor = ?2
                   ORDER BY reported_at DESC LIMIT ?3";
        let (amount, currency) = (movement.amount, movement.amount.currency());
        let values = params![currency.code(), amount.minor(), most_rows(most)];
        self.sealed(CREDIT, sql, values)
    }

    fn unmatched(&mut self, most: usize) -> Result<Vec<CreditRecord>, StoreError> {
        let sql = "SELECT provider || ' ' || key, record FROM payments_credit WHERE payment IS NULL
                   ORDER BY reported_at DESC LIMIT ?1";
        self.sealed(CREDIT, sql, params![most_rows(most)])
    }

    fn payments_after(
        &mut self,
        after: &str,
        most: usize,
    ) -> Result<Vec<PaymentRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments_payment WHERE reference > ?1
                   ORDER BY reference LIMIT ?2";
        self.sealed(PAYMENT, sql, params![after, most_rows(most)])
    }

    fn payments_with_cases(&mut self) -> Result<Vec<PaymentRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments_payment WHERE open_cases > 0
                   ORDER BY changed_at";
        self.sealed(PAYMENT, sql, &[])
    }

    fn credits_with_cases(&mut self) -> Result<Vec<CreditRecord>, StoreError> {
        let sql = "SELECT provider || ' ' || key, record FROM payments_credit WHERE open_cases > 0 ORDER BY changed_at";
        self.sealed(CREDIT, sql, &[])
    }
}
