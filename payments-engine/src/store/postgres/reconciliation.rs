//! Reconciliations in PostgreSQL. Names are compared byte by byte, as in the other stores.

use std::collections::HashMap;

use payments_core::{DedupeKey, ProviderId, Timestamp, money::Money};
use serde::de::DeserializeOwned;

use super::{
    payments::of_credit,
    rows::{FORMAT, Session, number, of_payout, stored, work},
};
use crate::{
    reconcile::{Period, ReconciliationRow, StoredRun},
    record::{CreditRecord, PayoutRecord},
    sealing::{Place, read},
    store::{ReconciliationRows, StoreError},
};

/// The rows of reconciliations of a session.
pub(super) struct PostgresReconciliation<'a, S>(pub(super) &'a mut S);

/// A time, a subject, and the sealed record.
type Timed = (i64, String, String);

impl<S: Session> PostgresReconciliation<'_, S> {
    fn opened<T: DeserializeOwned>(
        &self,
        place: impl Fn(&str) -> Place<'_>,
        rows: &[Timed],
    ) -> Result<Vec<(Timestamp, T)>, StoreError> {
        let records = rows.iter().map(|(at, subject, record)| {
            Ok((Timestamp::from_unix(*at), self.0.seal().open(place(subject), record)?))
        });
        records.collect()
    }

    /// Returns the records of a provider in a period, after the place where a listing continues.
    fn between<T: DeserializeOwned>(
        &mut self,
        of: impl Fn(&str) -> Place<'_>,
        sql: &'static str,
        (provider, period): (&ProviderId, &Period),
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, T)>, StoreError> {
        let (at, name) = match after {
            Some((at, name)) => (at.unix_seconds(), name.clone()),
            None => (period.from().unix_seconds(), String::new()),
        };
        let (provider, until) = (provider.to_string(), period.until().unix_seconds());
        let rows: Vec<Timed> = self.0.run(work!(|connection| {
            let query = sqlx::query_as(sql).bind(provider).bind(at).bind(name).bind(until);
            query.bind(most_rows(most)).fetch_all(connection).await
        }))?;
        self.opened(of, &rows)
    }
}

fn most_rows(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

fn all<T: DeserializeOwned>(rows: &[String]) -> Result<Vec<T>, StoreError> {
    rows.iter().map(|row| read(row.as_bytes())).collect()
}

impl<S: Session> ReconciliationRows for PostgresReconciliation<'_, S> {
    fn begin_run(&mut self, run: &StoredRun) -> Result<StoredRun, StoreError> {
        let token = run.token.clone();
        let sql = "SELECT run FROM payments.reconciliation WHERE begun_by = $1";
        let known: Vec<String> = self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(token).fetch_all(connection).await
        }))?;
        if let Some(known) = all(&known)?.pop() {
            return Ok(known);
        }
        let (token, provider) = (run.token.clone(), run.run.provider.to_string());
        let (state, text) = (run.run.state.as_str(), stored(run)?);
        let sql = "INSERT INTO payments.reconciliation (begun_by, provider, state, format, run)
                   VALUES ($1, $2, $3, $4, $5) RETURNING number";
        let given: i64 = self.0.run(work!(|connection| {
            let query = sqlx::query_scalar(sql).bind(token).bind(provider).bind(state);
            query.bind(FORMAT).bind(text).fetch_one(connection).await
        }))?;
        let mut run = run.clone();
        run.run.number = given.unsigned_abs();
        self.put_run(&run)?;
        Ok(run)
    }

    fn run(&mut self, run: u64) -> Result<Option<StoredRun>, StoreError> {
        let run = number(run);
        let sql = "SELECT run FROM payments.reconciliation WHERE number = $1 FOR UPDATE";
        let found: Vec<String> = self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(run).fetch_all(connection).await
        }))?;
        Ok(all(&found)?.pop())
    }

    fn put_run(&mut self, run: &StoredRun) -> Result<(), StoreError> {
        let (state, of, text) = (run.run.state.as_str(), number(run.run.number), stored(run)?);
        let sql = "UPDATE payments.reconciliation SET state = $1, format = $2, run = $3
                   WHERE number = $4";
        self.0.run(work!(|connection| {
            let query = sqlx::query(sql).bind(state).bind(FORMAT).bind(text).bind(of);
            query.execute(connection).await.map(|_| ())
        }))
    }

    fn runs(&mut self, most: usize) -> Result<Vec<StoredRun>, StoreError> {
        let most = most_rows(most);
        let sql = "SELECT run FROM payments.reconciliation ORDER BY number DESC LIMIT $1";
        let found: Vec<String> = self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(most).fetch_all(connection).await
        }))?;
        all(&found)
    }

    fn put_rows(&mut self, run: u64, rows: &[ReconciliationRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let numbers: Vec<i64> = rows.iter().map(|row| number(row.number)).collect();
        let kinds: Vec<&'static str> = rows.iter().map(|row| row.kind.as_str()).collect();
        let texts: Vec<String> = rows.iter().map(stored).collect::<Result<_, _>>()?;
        let run = number(run);
        let sql = "INSERT INTO payments.reconciliation_row (run, number, kind, format, row)
                   SELECT $1, number, kind, $2, row
                   FROM unnest($3::bigint[], $4::text[], $5::text[]) AS new (number, kind, row)";
        self.0.run(work!(|connection| {
            let query = sqlx::query(sql).bind(run).bind(FORMAT).bind(numbers).bind(kinds);
            query.bind(texts).execute(connection).await.map(|_| ())
        }))
    }

    fn rows(
        &mut self,
        run: u64,
        after: u64,
        most: usize,
    ) -> Result<Vec<ReconciliationRow>, StoreError> {
        let (run, after, most) = (number(run), number(after), most_rows(most));
        let sql = "SELECT row FROM payments.reconciliation_row WHERE run = $1 AND number > $2
                   ORDER BY number LIMIT $3";
        let found: Vec<String> = self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(run).bind(after).bind(most).fetch_all(connection).await
        }))?;
        all(&found)
    }

    fn mark(
        &mut self,
        run: u64,
        page: u64,
        names: &[String],
    ) -> Result<Vec<Option<u64>>, StoreError> {
        let (run, page, asked) = (number(run), number(page), names.to_vec());
        let known: Vec<(String, i64)> = self.0.run(work!(|connection| {
            let sql = "SELECT name, page FROM payments.reconciliation_mark
                       WHERE run = $1 AND name = ANY ($2)";
            let known = sqlx::query_as(sql).bind(run).bind(&asked).fetch_all(&mut *connection);
            let known = known.await?;
            let sql = "INSERT INTO payments.reconciliation_mark (run, name, page)
                       SELECT $1, name, $3 FROM unnest($2::text[]) AS new (name)
                       ON CONFLICT DO NOTHING";
            sqlx::query(sql).bind(run).bind(&asked).bind(page).execute(connection).await?;
            Ok(known)
        }))?;
        let known: HashMap<String, i64> = known.into_iter().collect();
        Ok(names.iter().map(|name| known.get(name).map(|page| page.unsigned_abs())).collect())
    }

    fn are_marked(&mut self, run: u64, names: &[String]) -> Result<Vec<bool>, StoreError> {
        let (run, asked) = (number(run), names.to_vec());
        let sql = "SELECT name FROM payments.reconciliation_mark
                   WHERE run = $1 AND name = ANY ($2)";
        let known: Vec<String> = self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(run).bind(asked).fetch_all(connection).await
        }))?;
        Ok(names.iter().map(|name| known.contains(name)).collect())
    }

    fn remove_marks(&mut self, run: u64, most: usize) -> Result<usize, StoreError> {
        let (run, limit) = (number(run), most_rows(most));
        let sql = "DELETE FROM payments.reconciliation_mark WHERE run = $1 AND name IN (
                       SELECT name FROM payments.reconciliation_mark WHERE run = $1 LIMIT $2)";
        let done = self.0.run(work!(|connection| {
            sqlx::query(sql).bind(run).bind(limit).execute(connection).await
        }))?;
        Ok(usize::try_from(done.rows_affected()).unwrap_or(most))
    }

    fn credits_of(
        &mut self,
        provider: &ProviderId,
        keys: &[DedupeKey],
    ) -> Result<Vec<CreditRecord>, StoreError> {
        let provider = provider.to_string();
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let sql = "SELECT reported_at, provider || ' ' || key, record FROM payments.credit
                   WHERE provider = $1 AND key = ANY ($2)";
        let rows: Vec<Timed> = self.0.run(work!(|connection| {
            sqlx::query_as(sql).bind(provider).bind(keys).fetch_all(connection).await
        }))?;
        Ok(self.opened(of_credit, &rows)?.into_iter().map(|(_, credit)| credit).collect())
    }

    fn credits_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, CreditRecord)>, StoreError> {
        let sql = "SELECT coalesce(at, reported_at), provider || ' ' || key, record
                   FROM payments.credit
                   WHERE provider = $1 AND (coalesce(at, reported_at), key COLLATE \"C\") > ($2, $3)
                     AND coalesce(at, reported_at) < $4
                   ORDER BY coalesce(at, reported_at), key COLLATE \"C\" LIMIT $5";
        self.between(of_credit, sql, (provider, period), after, most)
    }

    fn payouts_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError> {
        let sql = "SELECT coalesce(at, changed_at), reference, record FROM payments.payout
                   WHERE provider = $1
                     AND (coalesce(at, changed_at), reference COLLATE \"C\") > ($2, $3)
                     AND coalesce(at, changed_at) < $4
                   ORDER BY coalesce(at, changed_at), reference COLLATE \"C\" LIMIT $5";
        self.between(of_payout, sql, (provider, period), after, most)
    }

    fn payouts_like(
        &mut self,
        provider: &ProviderId,
        amount: Money,
        (from, until): (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError> {
        let (provider, most) = (provider.to_string(), most_rows(most));
        let (from, until) = (from.unix_seconds(), until.unix_seconds());
        let sql = "SELECT coalesce(at, changed_at), reference, record FROM payments.payout
                   WHERE provider = $1 AND currency = $2 AND minor = $3
                     AND coalesce(at, changed_at) BETWEEN $4 AND $5
                   ORDER BY coalesce(at, changed_at) LIMIT $6";
        let rows: Vec<Timed> = self.0.run(work!(|connection| {
            let currency = amount.currency();
            let query = sqlx::query_as(sql).bind(provider).bind(currency.code());
            let query = query.bind(amount.minor()).bind(from).bind(until).bind(most);
            query.fetch_all(connection).await
        }))?;
        self.opened(of_payout, &rows)
    }
}
