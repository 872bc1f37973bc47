//! Reconciliations in SQLite.

use payments_core::{DedupeKey, ProviderId, Timestamp, money::Money};
use rusqlite::{OptionalExtension as _, ToSql, params};
use serde::de::DeserializeOwned;

use super::{FORMAT, SqliteRows, number, of_payout, payments::of_credit, stored};
use crate::{
    reconcile::{Period, ReconciliationRow, StoredRun},
    record::{CreditRecord, PayoutRecord},
    sealing::{Place, read},
    store::{ReconciliationRows, StoreError},
};

/// The rows of a connection.
pub(super) struct SqliteReconciliation<'a>(pub(super) SqliteRows<'a>);

impl SqliteReconciliation<'_> {
    fn execute(&self, sql: &str, values: &[&dyn ToSql]) -> Result<usize, StoreError> {
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement.execute(values).map_err(StoreError::not_done)
    }

    fn all<T>(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        made: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let rows = statement.query_map(values, made).map_err(StoreError::not_done)?;
        rows.map(|row| row.map_err(StoreError::not_done)).collect()
    }

    fn json<T: DeserializeOwned>(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<T>, StoreError> {
        let rows: Vec<String> = self.all(sql, values, |row| row.get(0))?;
        rows.iter().map(|row| read(row.as_bytes())).collect()
    }

    /// Returns the records of a query, which selects the time, the subject and the record.
    fn records<T: DeserializeOwned>(
        &self,
        place: impl Fn(&str) -> Place<'_>,
        sql: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<(Timestamp, T)>, StoreError> {
        let made = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows: Vec<(i64, String, String)> = self.all(sql, values, made)?;
        let records = rows.iter().map(|(at, subject, record)| {
            Ok((Timestamp::from_unix(*at), self.0.seal.open(place(subject), record)?))
        });
        records.collect()
    }
}

/// Returns the place before the first record of a period, or the one after which a listing
/// continues.
fn place(period: &Period, after: Option<&(Timestamp, String)>) -> (i64, String) {
    match after {
        Some((at, name)) => (at.unix_seconds(), name.clone()),
        None => (period.from().unix_seconds(), String::new()),
    }
}

fn most_rows(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

impl ReconciliationRows for SqliteReconciliation<'_> {
    fn begin_run(&mut self, run: &StoredRun) -> Result<StoredRun, StoreError> {
        let sql = "SELECT run FROM payments_reconciliation WHERE begun_by = ?1";
        if let Some(known) = self.json(sql, params![run.token])?.pop() {
            return Ok(known);
        }
        let sql = "SELECT coalesce(max(number), 0) + 1 FROM payments_reconciliation";
        let next: i64 =
            self.0.connection.query_row(sql, [], |row| row.get(0)).map_err(StoreError::not_done)?;
        let mut run = run.clone();
        run.run.number = next.unsigned_abs();
        self.execute(
            "INSERT INTO payments_reconciliation (number, begun_by, provider, state, format, run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                next,
                run.token,
                run.run.provider.as_str(),
                run.run.state.as_str(),
                FORMAT,
                stored(&run)?
            ],
        )?;
        Ok(run)
    }

    fn run(&mut self, run: u64) -> Result<Option<StoredRun>, StoreError> {
        let sql = "SELECT run FROM payments_reconciliation WHERE number = ?1";
        Ok(self.json(sql, params![number(run)])?.pop())
    }

    fn put_run(&mut self, run: &StoredRun) -> Result<(), StoreError> {
        let sql = "UPDATE payments_reconciliation SET state = ?1, format = ?2, run = ?3
                   WHERE number = ?4";
        let (state, of) = (run.run.state.as_str(), number(run.run.number));
        self.execute(sql, params![state, FORMAT, stored(run)?, of]).map(|_| ())
    }

    fn runs(&mut self, most: usize) -> Result<Vec<StoredRun>, StoreError> {
        let sql = "SELECT run FROM payments_reconciliation ORDER BY number DESC LIMIT ?1";
        self.json(sql, params![most_rows(most)])
    }

    fn put_rows(&mut self, run: u64, rows: &[ReconciliationRow]) -> Result<(), StoreError> {
        let sql = "INSERT INTO payments_reconciliation_row (run, number, kind, format, row)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        for row in rows {
            let (of, kind) = (number(row.number), row.kind.as_str());
            self.execute(sql, params![number(run), of, kind, FORMAT, stored(row)?])?;
        }
        Ok(())
    }

    fn rows(
        &mut self,
        run: u64,
        after: u64,
        most: usize,
    ) -> Result<Vec<ReconciliationRow>, StoreError> {
        let sql = "SELECT row FROM payments_reconciliation_row WHERE run = ?1 AND number > ?2
                   ORDER BY number LIMIT ?3";
        self.json(sql, params![number(run), number(after), most_rows(most)])
    }

    fn mark(
        &mut self,
        run: u64,
        page: u64,
        names: &[String],
    ) -> Result<Vec<Option<u64>>, StoreError> {
        let insert = "INSERT OR IGNORE INTO payments_reconciliation_mark (run, name, page)
                      VALUES (?1, ?2, ?3)";
        let select = "SELECT page FROM payments_reconciliation_mark WHERE run = ?1 AND name = ?2";
        let mut known = Vec::with_capacity(names.len());
        for name in names {
            let is_new = self.execute(insert, params![number(run), name, number(page)])? > 0;
            let mut before: Vec<i64> = match is_new {
                true => Vec::new(),
                false => self.all(select, params![number(run), name], |row| row.get(0))?,
            };
            known.push(before.pop().map(i64::unsigned_abs));
        }
        Ok(known)
    }

    fn are_marked(&mut self, run: u64, names: &[String]) -> Result<Vec<bool>, StoreError> {
        let sql = "SELECT 1 FROM payments_reconciliation_mark WHERE run = ?1 AND name = ?2";
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let marked = names.iter().map(|name| {
            let found = statement.query_row(params![number(run), name], |_| Ok(())).optional();
            Ok(found.map_err(StoreError::not_done)?.is_some())
        });
        marked.collect()
    }

    fn remove_marks(&mut self, run: u64, most: usize) -> Result<usize, StoreError> {
        let sql = "DELETE FROM payments_reconciliation_mark WHERE run = ?1 AND name IN (
                       SELECT name FROM payments_reconciliation_mark WHERE run = ?1 LIMIT ?2)";
        self.execute(sql, params![number(run), most_rows(most)])
    }

    fn credits_of(
        &mut self,
        provider: &ProviderId,
        keys: &[DedupeKey],
    ) -> Result<Vec<CreditRecord>, StoreError> {
        let sql = "SELECT reported_at, provider || ' ' || key, record FROM payments_credit
                   WHERE provider = ?1 AND key = ?2";
        let mut credits = Vec::with_capacity(keys.len());
        for key in keys {
            let values = params![provider.as_str(), key.as_str()];
            let found = self.records(of_credit, sql, values)?;
            credits.extend(found.into_iter().map(|(_, credit)| credit));
        }
        Ok(credits)
    }

    fn credits_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, CreditRecord)>, StoreError> {
        let sql = "SELECT coalesce(at, reported_at), provider || ' ' || key, record
                   FROM payments_credit
                   WHERE provider = ?1 AND (coalesce(at, reported_at), key) > (?2, ?3)
                     AND coalesce(at, reported_at) < ?4
                   ORDER BY coalesce(at, reported_at), key LIMIT ?5";
        let (at, key) = place(period, after);
        let until = period.until().unix_seconds();
        let values = params![provider.as_str(), at, key, until, most_rows(most)];
        self.records(of_credit, sql, values)
    }

    fn payouts_between(
        &mut self,
        provider: &ProviderId,
        period: &Period,
        after: Option<&(Timestamp, String)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError> {
        let sql = "SELECT coalesce(at, changed_at), reference, record FROM payments_payout
                   WHERE provider = ?1 AND (coalesce(at, changed_at), reference) > (?2, ?3)
                     AND coalesce(at, changed_at) < ?4
                   ORDER BY coalesce(at, changed_at), reference LIMIT ?5";
        let (at, reference) = place(period, after);
        let until = period.until().unix_seconds();
        let values = params![provider.as_str(), at, reference, until, most_rows(most)];
        self.records(of_payout, sql, values)
    }

    fn payouts_like(
        &mut self,
        provider: &ProviderId,
        amount: Money,
        (from, until): (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<(Timestamp, PayoutRecord)>, StoreError> {
        let sql = "SELECT coalesce(at, changed_at), reference, record FROM payments_payout
                   WHERE provider = ?1 AND currency = ?2 AND minor = ?3
                     AND coalesce(at, changed_at) BETWEEN ?4 AND ?5
                   ORDER BY coalesce(at, changed_at) LIMIT ?6";
        let (code, minor) = (amount.currency(), amount.minor());
        let (from, until) = (from.unix_seconds(), until.unix_seconds());
        let values = params![provider.as_str(), code.code(), minor, from, until, most_rows(most)];
        self.records(of_payout, sql, values)
    }
}
