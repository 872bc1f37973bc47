//! Due work in PostgreSQL. The lease of a claim uses the clock of the database, which all replicas
//! share.

use std::time::Duration;

use payments_core::Timestamp;
use sqlx::postgres::PgConnection;

use super::rows::number;
use crate::store::{Claim, Due, TaskKind};

/// Makes a task due, or removes it. This voids earlier claims of it.
pub(super) async fn make_due(
    connection: &mut PgConnection,
    kind: TaskKind,
    subject: String,
    due: Due,
) -> Result<(), sqlx::Error> {
    match due {
        Due::At(at) => {
            let sql = "INSERT INTO payments.task (kind, subject, due_at) VALUES ($1, $2, $3)
                       ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at,
                           leased_until = NULL, tries = 0, fence = nextval('payments.fence')";
            let query = sqlx::query(sql).bind(kind.as_str()).bind(subject);
            query.bind(at.unix_seconds()).execute(connection).await
        }
        Due::Never => {
            let sql = "DELETE FROM payments.task WHERE kind = $1 AND subject = $2";
            sqlx::query(sql).bind(kind.as_str()).bind(subject).execute(connection).await
        }
    }
    .map(|_| ())
}

/// Returns whether a claim is the last one of its task. Locks the task.
pub(super) async fn is_claimed(
    connection: &mut PgConnection,
    claim: Claim,
) -> Result<bool, sqlx::Error> {
    let sql = "SELECT fence FROM payments.task WHERE kind = $1 AND subject = $2 FOR UPDATE";
    let query = sqlx::query_scalar(sql).bind(claim.kind.as_str()).bind(claim.subject);
    let fence: Option<i64> = query.fetch_optional(connection).await?;
    Ok(fence == Some(number(claim.fence)))
}

/// Sets when claimed work is next due, unless it was claimed again since.
pub(super) async fn set_due(
    connection: &mut PgConnection,
    claim: Claim,
    due: Due,
) -> Result<(), sqlx::Error> {
    let (kind, fence) = (claim.kind.as_str(), number(claim.fence));
    match due {
        Due::At(at) => {
            let sql = "UPDATE payments.task SET due_at = $4, leased_until = NULL
                       WHERE kind = $1 AND subject = $2 AND fence = $3";
            let query = sqlx::query(sql).bind(kind).bind(claim.subject).bind(fence);
            query.bind(at.unix_seconds()).execute(connection).await
        }
        Due::Never => {
            let sql = "DELETE FROM payments.task WHERE kind = $1 AND subject = $2 AND fence = $3";
            sqlx::query(sql).bind(kind).bind(claim.subject).bind(fence).execute(connection).await
        }
    }
    .map(|_| ())
}

/// Claims up to `most` due tasks of a kind for the engine of this start, and returns the subject,
/// fence and tries of each. Tasks that another engine is claiming are skipped.
pub(super) async fn claim(
    connection: &mut PgConnection,
    kind: TaskKind,
    start: i64,
    now: Timestamp,
    lease: Duration,
    most: usize,
) -> Result<Vec<(String, i64, i64)>, sqlx::Error> {
    let sql = "UPDATE payments.task AS task
               SET leased_until = clock_timestamp() + make_interval(secs => $1), holder = $2,
                   fence = nextval('payments.fence'), tries = task.tries + 1
               FROM (
                   SELECT kind, subject FROM payments.task
                   WHERE kind = $3 AND due_at <= $4
                     AND (leased_until IS NULL OR leased_until <= clock_timestamp())
                   ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED
               ) AS due
               WHERE task.kind = due.kind AND task.subject = due.subject
               RETURNING task.subject, task.fence, task.tries";
    sqlx::query_as(sql)
        .bind(lease.as_secs_f64())
        .bind(start)
        .bind(kind.as_str())
        .bind(now.unix_seconds())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(connection)
        .await
}
