//! Payments and credits in PostgreSQL.
//!
//! A credit is compared with those of its amount, and finds its order by a name. Two replicas that
//! book at the same time do not see each other's rows, so the amount and the name are locked before
//! they are read.

use payments_core::{DedupeKey, Movement, OrderRef, ProviderId};
use sqlx::postgres::PgConnection;

use super::rows::{FORMAT, Session, number, work};
use crate::{
    record::{CreditRecord, Observed, PaymentObservation, PaymentRecord},
    sealing::Place,
    store::counts::kinds_of,
    store::observed::{ObservedRow, observed},
    store::{PaymentRows, PaymentWrite, Route, StoreError},
};

/// The rows of payments of a session.
pub(super) struct PostgresPayments<'a, S>(pub(super) &'a mut S);

/// Locks a name up to the end of the transaction.
async fn lock(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    sqlx::query(sql).bind(name).execute(connection).await.map(|_| ())
}

fn route_lock(route: &Route) -> String {
    let Route { provider, kind, name } = route;
    format!("payments.route {provider} {} {name}", kind.as_str())
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The names of the tables that are authenticated with sealed rows.
const PAYMENT: &str = "payment";
const OBSERVATION: &str = "payment observation";
const CREDIT: &str = "credit";

/// Returns the place of a credit, by its provider and key.
pub(super) fn of_credit(subject: &str) -> Place<'_> {
    Place { table: CREDIT, subject }
}

/// A sealed value with its subject in front.
type Sealed = (String, String);

impl<S: Session> PostgresPayments<'_, S> {
    fn open<T: serde::de::DeserializeOwned>(
        &self,
        table: &str,
        (subject, stored): &Sealed,
    ) -> Result<T, StoreError> {
        self.0.seal().open(Place { table, subject }, stored)
    }

    fn all<T: serde::de::DeserializeOwned>(
        &mut self,
        table: &str,
        sql: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        let rows: Vec<Sealed> =
            self.0.run(work!(|connection| sqlx::query_as(sql).fetch_all(connection).await))?;
        rows.iter().map(|row| self.open(table, row)).collect()
    }
}

impl<S: Session> PaymentRows for PostgresPayments<'_, S> {
    /// Locks the row, or its name if the row does not exist.
    fn payment(&mut self, order: &OrderRef) -> Result<Option<PaymentRecord>, StoreError> {
        let order = order.to_string();
        let found: Option<Sealed> = self.0.run(work!(|connection| {
            let sql =
                "SELECT reference, record FROM payments.payment WHERE reference = $1 FOR UPDATE";
            let known = sqlx::query_as(sql).bind(&order).fetch_optional(&mut *connection);
            if let Some(known) = known.await? {
                return Ok(Some(known));
            }
            lock(&mut *connection, &format!("payments.payment {order}")).await?;
            sqlx::query_as(sql).bind(&order).fetch_optional(connection).await
        }))?;
        found.map(|row| self.open(PAYMENT, &row)).transpose()
    }

    fn has_written_payment(&mut self, token: &str) -> Result<bool, StoreError> {
        let token = token.to_owned();
        let sql = "SELECT EXISTS (SELECT 1 FROM payments.payment_observation WHERE token = $1)";
        self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(token).fetch_one(connection).await
        }))
    }

    fn write_payment(&mut self, write: &PaymentWrite<'_>) -> Result<(), StoreError> {
        let PaymentWrite { token, record, observed } = write;
        let (token, reference) = ((*token).to_owned(), record.order.to_string());
        let (revision, start) = (number(observed.revision), number(observed.start));
        let (at, changed_at) = (observed.at.unix_seconds(), record.changed_at.unix_seconds());
        let (open_cases, in_doubt) = (count(record.open_cases().count()), record.is_unsettled());
        let case_kinds = kinds_of(record.open_cases());
        let place = Place { table: OBSERVATION, subject: &token };
        let observation = self.0.seal().close(place, &observed.observation)?;
        let place = Place { table: PAYMENT, subject: &reference };
        let record = self.0.seal().close(place, *record)?;
        let sql = "WITH observed AS (
                INSERT INTO payments.payment_observation
                    (payment, revision, token, at, start, format, observation)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
            )
            INSERT INTO payments.payment
                (reference, revision, changed_at, open_cases, in_doubt, format, record, case_kinds)
            VALUES ($1, $2, $8, $9, $10, $6, $11, $12)
            ON CONFLICT (reference) DO UPDATE SET revision = excluded.revision,
                changed_at = excluded.changed_at, open_cases = excluded.open_cases,
                in_doubt = excluded.in_doubt, format = excluded.format, record = excluded.record,
                case_kinds = excluded.case_kinds";
        self.0.run(work!(|connection| {
            sqlx::query(sql)
                .bind(reference)
                .bind(revision)
                .bind(token)
                .bind(at)
                .bind(start)
                .bind(FORMAT)
                .bind(observation)
                .bind(changed_at)
                .bind(open_cases)
                .bind(in_doubt)
                .bind(record)
                .bind(case_kinds)
                .execute(connection)
                .await
                .map(|_| ())
        }))
    }

    fn payment_history(
        &mut self,
        order: &OrderRef,
    ) -> Result<Vec<Observed<PaymentObservation>>, StoreError> {
        let order = order.to_string();
        let sql = "SELECT revision, at, start, observation, token FROM payments.payment_observation
                   WHERE payment = $1 ORDER BY revision";
        let rows: Vec<ObservedRow> = self.0.run(work!(|connection| {
            sqlx::query_as(sql).bind(order).fetch_all(connection).await
        }))?;
        rows.into_iter().map(|row| observed(self.0.seal(), OBSERVATION, row)).collect()
    }

    fn use_key(&mut self, provider: &ProviderId, key: &DedupeKey) -> Result<bool, StoreError> {
        let (provider, key) = (provider.to_string(), key.as_str().to_owned());
        let sql = "INSERT INTO payments.key (provider, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let new = self.0.run(work!(|connection| {
            sqlx::query(sql).bind(provider).bind(key).execute(connection).await
        }))?;
        Ok(new.rows_affected() == 0)
    }

    fn add_route(&mut self, route: &Route, order: &OrderRef) -> Result<(), StoreError> {
        let (route, order) = (route.clone(), order.to_string());
        self.0.run(work!(|connection| {
            lock(&mut *connection, &route_lock(&route)).await?;
            let sql = "INSERT INTO payments.route (provider, kind, name, payment)
                       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            let query = sqlx::query(sql).bind(route.provider.as_str()).bind(route.kind.as_str());
            query.bind(route.name).bind(order).execute(connection).await.map(|_| ())
        }))
    }

    fn orders_of(&mut self, route: &Route) -> Result<Vec<OrderRef>, StoreError> {
        let route = route.clone();
        let orders: Vec<String> = self.0.run(work!(|connection| {
            lock(&mut *connection, &route_lock(&route)).await?;
            let sql = "SELECT payment FROM payments.route
                       WHERE provider = $1 AND kind = $2 AND name = $3 LIMIT 2";
            let query =
                sqlx::query_scalar(sql).bind(route.provider.as_str()).bind(route.kind.as_str());
            query.bind(route.name).fetch_all(connection).await
        }))?;
        orders.into_iter().map(|order| OrderRef::new(order).map_err(StoreError::not_done)).collect()
    }

    /// Locks the row, or its name if the row does not exist.
    fn credit(
        &mut self,
        provider: &ProviderId,
        key: &DedupeKey,
    ) -> Result<Option<CreditRecord>, StoreError> {
        let (provider, key) = (provider.to_string(), key.as_str().to_owned());
        let found: Option<Sealed> = self.0.run(work!(|connection| {
            let sql = "SELECT provider || ' ' || key, record FROM payments.credit
                       WHERE provider = $1 AND key = $2 FOR UPDATE";
            let find = || sqlx::query_as(sql).bind(&provider).bind(&key);
            if let Some(known) = find().fetch_optional(&mut *connection).await? {
                return Ok(Some(known));
            }
            lock(&mut *connection, &format!("payments.credit {provider} {key}")).await?;
            find().fetch_optional(connection).await
        }))?;
        found.map(|row| self.open(CREDIT, &row)).transpose()
    }

    fn put_credit(&mut self, credit: &CreditRecord) -> Result<(), StoreError> {
        let subject = format!("{} {}", credit.provider, credit.movement.key);
        let (record, credit) = (self.0.seal().close(of_credit(&subject), credit)?, credit.clone());
        let sql = "INSERT INTO payments.credit (provider, key, payment, currency, minor,
                reported_at, changed_at, open_cases, format, record, at, case_kinds)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (provider, key) DO UPDATE SET payment = excluded.payment,
                changed_at = excluded.changed_at, open_cases = excluded.open_cases,
                format = excluded.format, record = excluded.record,
                case_kinds = excluded.case_kinds";
        self.0.run(work!(|connection| {
            let amount = credit.movement.amount;
            sqlx::query(sql)
                .bind(credit.provider.as_str())
                .bind(credit.movement.key.as_str())
                .bind(credit.order.as_ref().map(OrderRef::as_str))
                .bind(amount.currency().code())
                .bind(amount.minor())
                .bind(credit.reported_at.unix_seconds())
                .bind(credit.changed_at.unix_seconds())
                .bind(count(credit.open_cases().count()))
                .bind(FORMAT)
                .bind(record)
                .bind(credit.movement.at.map(payments_core::Timestamp::unix_seconds))
                .bind(kinds_of(credit.open_cases()))
                .execute(connection)
                .await
                .map(|_| ())
        }))
    }

    fn credits_like(
        &mut self,
        movement: &Movement,
        most: usize,
    ) -> Result<Vec<CreditRecord>, StoreError> {
        let (amount, most) = (movement.amount, count(most));
        let rows: Vec<Sealed> = self.0.run(work!(|connection| {
            let (currency, minor) = (amount.currency(), amount.minor());
            lock(&mut *connection, &format!("payments.amount {} {minor}", currency.code())).await?;
            let sql = "SELECT provider || ' ' || key, record FROM payments.credit WHERE currency = $1 AND minor = $2
                       ORDER BY reported_at DESC LIMIT $3";
            let query = sqlx::query_as(sql).bind(currency.code()).bind(minor).bind(most);
            query.fetch_all(connection).await
        }))?;
        rows.iter().map(|row| self.open(CREDIT, row)).collect()
    }

    fn unmatched(&mut self, most: usize) -> Result<Vec<CreditRecord>, StoreError> {
        let most = count(most);
        let sql = "SELECT provider || ' ' || key, record FROM payments.credit WHERE payment IS NULL
                   ORDER BY reported_at DESC LIMIT $1";
        let rows: Vec<Sealed> = self.0.run(work!(|connection| {
            sqlx::query_as(sql).bind(most).fetch_all(connection).await
        }))?;
        rows.iter().map(|row| self.open(CREDIT, row)).collect()
    }

    fn payments_after(
        &mut self,
        after: &str,
        most: usize,
    ) -> Result<Vec<PaymentRecord>, StoreError> {
        let (after, most) = (after.to_owned(), count(most));
        let sql = "SELECT reference, record FROM payments.payment WHERE reference > $1
                   ORDER BY reference LIMIT $2";
        let rows: Vec<Sealed> = self.0.run(work!(|connection| {
            sqlx::query_as(sql).bind(after).bind(most).fetch_all(connection).await
        }))?;
        rows.iter().map(|row| self.open(PAYMENT, row)).collect()
    }

    fn payments_with_cases(&mut self) -> Result<Vec<PaymentRecord>, StoreError> {
        let sql = "SELECT reference, record FROM payments.payment WHERE open_cases > 0
                   ORDER BY changed_at";
        self.all(PAYMENT, sql)
    }

    fn credits_with_cases(&mut self) -> Result<Vec<CreditRecord>, StoreError> {
        let sql = "SELECT provider || ' ' || key, record FROM payments.credit WHERE open_cases > 0
                   ORDER BY changed_at";
        self.all(CREDIT, sql)
    }
}
