//! Counts of records in SQLite.

use payments_core::Timestamp;
use rusqlite::Connection;

use crate::{
    sealing::read,
    store::{Counts, StoreError},
};

/// Selects the records that are neither final nor due nor before a person.
const FORGOTTEN: &str = "SELECT count(*), min(since) FROM (
        SELECT changed_at AS since FROM payments_payout
        WHERE state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed') AND open_cases = 0
          AND NOT EXISTS (SELECT 1 FROM payments_task
                          WHERE kind = 'payout' AND subject = reference)
        UNION ALL
        SELECT changed_at FROM payments_payment
        WHERE in_doubt = 1 AND open_cases = 0
          AND NOT EXISTS (SELECT 1 FROM payments_task
                          WHERE kind = 'payment' AND subject = reference)
        UNION ALL
        SELECT received_at FROM payments_delivery
        WHERE state = 'unconfirmed'
          AND NOT EXISTS (SELECT 1 FROM payments_task
                          WHERE kind = 'confirm' AND subject = cast(number AS TEXT))
    )";

/// Selects the combinations of kinds of open cases, with the number of records that have each, and
/// of their cases.
const CASES: &str = "SELECT case_kinds, count(*), sum(open_cases) FROM (
        SELECT case_kinds, open_cases FROM payments_payout WHERE open_cases > 0
        UNION ALL
        SELECT case_kinds, open_cases FROM payments_payment WHERE open_cases > 0
        UNION ALL
        SELECT case_kinds, open_cases FROM payments_credit WHERE open_cases > 0
    ) GROUP BY case_kinds";

/// Counts the records.
pub(super) fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    let sql = "SELECT state, count(*) FROM payments_payout GROUP BY state";
    for (state, count) in all(connection, sql, |row| Ok((row.get(0)?, row.get(1)?)))? {
        let (state, count): (String, i64) = (state, count);
        counts.by_state.push((read(format!("\"{state}\"").as_bytes())?, count.unsigned_abs()));
    }
    let kinds = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    for (kinds, records, cases) in all(connection, CASES, kinds)? {
        let (kinds, records, cases): (Option<String>, i64, i64) = (kinds, records, cases);
        counts.add_kinds(kinds.as_deref(), records.unsigned_abs(), cases.unsigned_abs());
    }
    let forgotten = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    for (count, oldest) in all(connection, FORGOTTEN, forgotten)? {
        let (count, oldest): (i64, Option<i64>) = (count, oldest);
        counts.forgotten = count.unsigned_abs();
        counts.oldest_forgotten = oldest.map(Timestamp::from_unix);
    }
    let sql = "SELECT min(changed_at) FROM payments_payout WHERE state = 'uncertain'";
    let oldest: Vec<Option<i64>> = all(connection, sql, |row| row.get(0))?;
    counts.oldest_uncertain = oldest.into_iter().flatten().next().map(Timestamp::from_unix);
    Ok(counts)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    made: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(StoreError::not_done)?;
    let rows = statement.query_map([], made).map_err(StoreError::not_done)?;
    rows.map(|row| row.map_err(StoreError::not_done)).collect()
}
