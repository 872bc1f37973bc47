//! Due work in SQLite.

use payments_core::Timestamp;
use rusqlite::{Connection, params};

use super::number;
use crate::store::{Claim, Due, StoreError, TaskKind};

/// Makes a task due, or removes it. `voids` is 1 if this voids earlier claims of it, or 0.
pub(super) fn make_due(
    connection: &Connection,
    kind: TaskKind,
    subject: &str,
    due: Due,
    voids: u8,
) -> Result<(), StoreError> {
    match due {
        Due::At(at) => {
            // The fence of a new task is random, so that a claim of a removed task does not match
            // it.
            let sql = "INSERT INTO payments_task (kind, subject, due_at, fence)
                       VALUES (?1, ?2, ?3, abs(random() / 2))
                       ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, tries = 0,
                           fence = fence + ?4";
            let mut statement = connection.prepare_cached(sql).map_err(StoreError::not_done)?;
            statement.execute(params![kind.as_str(), subject, at.unix_seconds(), voids])
        }
        Due::Never => {
            let sql = "DELETE FROM payments_task WHERE kind = ?1 AND subject = ?2";
            let mut statement = connection.prepare_cached(sql).map_err(StoreError::not_done)?;
            statement.execute([kind.as_str(), subject])
        }
    }
    .map_err(StoreError::not_done)?;
    Ok(())
}

/// Returns whether a claim is the last one of its task.
pub(super) fn is_claimed(connection: &Connection, claim: &Claim) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM payments_task
                              WHERE kind = ?1 AND subject = ?2 AND fence = ?3)";
    let mut statement = connection.prepare_cached(sql).map_err(StoreError::not_done)?;
    let values = params![claim.kind.as_str(), claim.subject, number(claim.fence)];
    statement.query_row(values, |row| row.get(0)).map_err(StoreError::not_done)
}

/// Sets when claimed work is next due, unless it was claimed again since.
pub(super) fn set_due(connection: &Connection, claim: &Claim, due: Due) -> Result<(), StoreError> {
    let (kind, fence) = (claim.kind.as_str(), number(claim.fence));
    match due {
        Due::At(at) => {
            let sql = "UPDATE payments_task SET due_at = ?1
                       WHERE kind = ?2 AND subject = ?3 AND fence = ?4";
            let mut statement = connection.prepare_cached(sql).map_err(StoreError::not_done)?;
            statement.execute(params![at.unix_seconds(), kind, claim.subject, fence])
        }
        Due::Never => {
            let sql = "DELETE FROM payments_task WHERE kind = ?1 AND subject = ?2 AND fence = ?3";
            let mut statement = connection.prepare_cached(sql).map_err(StoreError::not_done)?;
            statement.execute(params![kind, claim.subject, fence])
        }
    }
    .map_err(StoreError::not_done)?;
    Ok(())
}

/// Claims up to `most` due tasks of a kind.
pub(super) fn claim(
    connection: &Connection,
    kind: TaskKind,
    now: Timestamp,
    lease: Timestamp,
    most: usize,
) -> Result<Vec<Claim>, StoreError> {
    let sql = "UPDATE payments_task SET due_at = ?1, fence = fence + 1, tries = tries + 1
               WHERE kind = ?2 AND subject IN (
                   SELECT subject FROM payments_task WHERE kind = ?2 AND due_at <= ?3
                   ORDER BY due_at LIMIT ?4
               ) RETURNING subject, fence, tries";
    let mut statement = connection.prepare_cached(sql).map_err(StoreError::not_done)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values = params![lease.unix_seconds(), kind.as_str(), now.unix_seconds(), most];
    let rows = statement
        .query_map(values, |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))
        .map_err(StoreError::not_done)?;
    rows.map(|row| {
        let (subject, fence, tries) = row.map_err(StoreError::not_done)?;
        let tries = u32::try_from(tries).unwrap_or(u32::MAX);
        Ok(Claim { kind, subject, fence: fence.unsigned_abs(), tries })
    })
    .collect()
}
