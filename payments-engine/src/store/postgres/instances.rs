//! The engines that run on a PostgreSQL store, and the work left by those that ended.

use std::time::Duration;

use payments_core::Timestamp;
use sqlx::postgres::PgConnection;

use crate::store::TaskKind;

/// Counts a start, and returns its number.
pub(super) async fn count_start(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let sql = "UPDATE payments.meta SET value = (value::bigint + 1)::text WHERE key = 'starts'
               RETURNING value::bigint";
    sqlx::query_scalar(sql).fetch_one(connection).await
}

/// Records that the engine of this start runs.
pub(super) async fn be_seen(connection: &mut PgConnection, start: i64) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO payments.instance (start) VALUES ($1)
               ON CONFLICT (start) DO UPDATE SET seen_at = clock_timestamp()";
    sqlx::query(sql).bind(start).execute(connection).await.map(|_| ())
}

/// Records that the engine of this start has ended.
pub(super) async fn leave(connection: &mut PgConnection, start: i64) -> Result<(), sqlx::Error> {
    let sql = "DELETE FROM payments.instance WHERE start = $1";
    sqlx::query(sql).bind(start).execute(connection).await.map(|_| ())
}

/// Returns whether the engine of this start was seen within `silence`, by the clock of the
/// database.
pub(super) async fn is_live(
    connection: &mut PgConnection,
    start: i64,
    silence: Duration,
) -> Result<bool, sqlx::Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM payments.instance WHERE start = $1
                   AND seen_at > clock_timestamp() - make_interval(secs => $2))";
    let silence = silence.as_secs_f64();
    sqlx::query_scalar(sql).bind(start).bind(silence).fetch_one(connection).await
}

/// Returns whether an engine of another start was seen within `silence`.
pub(super) async fn has_others(
    connection: &mut PgConnection,
    start: i64,
    silence: Duration,
) -> Result<bool, sqlx::Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM payments.instance WHERE start <> $1
                   AND seen_at > clock_timestamp() - make_interval(secs => $2))";
    let silence = silence.as_secs_f64();
    sqlx::query_scalar(sql).bind(start).bind(silence).fetch_one(connection).await
}

/// Removes the engines that were not seen within `silence`, and returns how many.
pub(super) async fn forget_silent(
    connection: &mut PgConnection,
    silence: Duration,
) -> Result<u64, sqlx::Error> {
    let sql = "DELETE FROM payments.instance
               WHERE seen_at <= clock_timestamp() - make_interval(secs => $1)";
    let done = sqlx::query(sql).bind(silence.as_secs_f64()).execute(connection).await?;
    Ok(done.rows_affected())
}

/// Makes every prepared or submitting payout due now and ends every lease, unless it belongs to a
/// running engine.
pub(super) async fn pull_in(
    connection: &mut PgConnection,
    now: Timestamp,
    silence: Duration,
) -> Result<(), sqlx::Error> {
    let sql = "UPDATE payments.task SET due_at = least(due_at, $1), leased_until = NULL
               WHERE kind = $2
                 AND holder NOT IN (
                     SELECT start FROM payments.instance
                     WHERE seen_at > clock_timestamp() - make_interval(secs => $3)
                 )
                 AND subject IN (
                     SELECT reference FROM payments.payout
                     WHERE state IN ('prepared', 'submitting')
                       AND state NOT IN ('not_sent', 'succeeded', 'reversed', 'failed')
                 )";
    let query = sqlx::query(sql).bind(now.unix_seconds()).bind(TaskKind::Payout.as_str());
    query.bind(silence.as_secs_f64()).execute(&mut *connection).await?;
    // The claims of an engine end with it, whatever the kind of work.
    let sql = "UPDATE payments.task SET leased_until = NULL
               WHERE leased_until > clock_timestamp() AND holder NOT IN (
                   SELECT start FROM payments.instance
                   WHERE seen_at > clock_timestamp() - make_interval(secs => $1)
               )";
    sqlx::query(sql).bind(silence.as_secs_f64()).execute(connection).await.map(|_| ())
}
