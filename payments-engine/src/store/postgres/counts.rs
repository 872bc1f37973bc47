//! Counts of records in PostgreSQL.

use std::time::Duration;

use payments_core::Timestamp;
use sqlx::postgres::PgConnection;

use crate::{
    sealing::read,
    store::{Counts, StoreError},
};

/// Selects the records that are neither final nor due nor before a person, the oldest uncertain
/// payout, and the engines that were seen.
const SINGLE: &str = "SELECT count(*), min(since),
        (SELECT min(changed_at) FROM payments.payout WHERE state = 'uncertain'),
        (SELECT count(*) FROM payments.instance
         WHERE seen_at > clock_timestamp() - make_interval(secs => $1))
    FROM (
        SELECT changed_at AS since FROM payments.payout
        WHERE state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed') AND open_cases = 0
          AND NOT EXISTS (SELECT 1 FROM payments.task
                          WHERE kind = 'payout' AND subject = reference)
        UNION ALL
        SELECT changed_at FROM payments.payment
        WHERE in_doubt AND open_cases = 0
          AND NOT EXISTS (SELECT 1 FROM payments.task
                          WHERE kind = 'payment' AND subject = reference)
        UNION ALL
        SELECT received_at FROM payments.delivery
        WHERE state = 'unconfirmed'
          AND NOT EXISTS (SELECT 1 FROM payments.task
                          WHERE kind = 'confirm' AND subject = number::text)
    ) AS forgotten";

/// Selects the combinations of kinds of open cases, with the number of records that have each, and
/// of their cases.
const CASES: &str = "SELECT case_kinds, count(*), sum(open_cases)::bigint FROM (
        SELECT case_kinds, open_cases FROM payments.payout WHERE open_cases > 0
        UNION ALL
        SELECT case_kinds, open_cases FROM payments.payment WHERE open_cases > 0
        UNION ALL
        SELECT case_kinds, open_cases FROM payments.credit WHERE open_cases > 0
    ) AS cases GROUP BY case_kinds";

type Single = (i64, Option<i64>, Option<i64>, i64);

/// The counts of the database: single figures, payouts by state, and cases by their kinds.
pub(super) type Figures = (Single, Vec<(String, i64)>, Vec<(Option<String>, i64, i64)>);

pub(super) async fn figures(
    connection: &mut PgConnection,
    silence: Duration,
) -> Result<Figures, sqlx::Error> {
    let single = sqlx::query_as(SINGLE).bind(silence.as_secs_f64());
    let single = single.fetch_one(&mut *connection).await?;
    let sql = "SELECT state, count(*) FROM payments.payout GROUP BY state";
    let by_state = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    Ok((single, by_state, sqlx::query_as(CASES).fetch_all(connection).await?))
}

pub(super) fn counts((single, by_state, cases): Figures) -> Result<Counts, StoreError> {
    let (forgotten, oldest_forgotten, oldest_uncertain, running) = single;
    let mut counts = Counts {
        forgotten: forgotten.unsigned_abs(),
        oldest_forgotten: oldest_forgotten.map(Timestamp::from_unix),
        oldest_uncertain: oldest_uncertain.map(Timestamp::from_unix),
        running: running.unsigned_abs(),
        ..Counts::default()
    };
    for (state, count) in by_state {
        let state = read(format!("\"{state}\"").as_bytes())?;
        counts.by_state.push((state, count.unsigned_abs()));
    }
    for (kinds, records, cases) in cases {
        counts.add_kinds(kinds.as_deref(), records.unsigned_abs(), cases.unsigned_abs());
    }
    Ok(counts)
}
