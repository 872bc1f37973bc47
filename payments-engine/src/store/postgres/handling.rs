//! Handlers in PostgreSQL.

use payments_core::Timestamp;

use super::rows::{Session, number, work};
use crate::{
    handlers::DeadLetter,
    store::{HandlerRows, StoreError, TaskKind},
};

/// The rows of handlers of a session.
pub(super) struct PostgresHandling<'a, S>(pub(super) &'a mut S);

impl<S: Session> HandlerRows for PostgresHandling<'_, S> {
    fn register(&mut self, handler: &str) -> Result<(), StoreError> {
        let handler = handler.to_owned();
        let sql = "INSERT INTO payments.handler (name) VALUES ($1) ON CONFLICT DO NOTHING";
        self.0.run(work!(|connection| {
            sqlx::query(sql).bind(handler).execute(connection).await.map(|_| ())
        }))
    }

    fn retire(&mut self, handler: &str) -> Result<(), StoreError> {
        let handler = handler.to_owned();
        self.0.run(work!(|connection| {
            for sql in [
                "DELETE FROM payments.handler WHERE name = $1",
                "DELETE FROM payments.handled WHERE handler = $1",
                "DELETE FROM payments.dead_letter WHERE handler = $1",
            ] {
                sqlx::query(sql).bind(&handler).execute(&mut *connection).await?;
            }
            // Names do not contain spaces.
            let sql = "DELETE FROM payments.task
                       WHERE kind = $1 AND starts_with(subject, $2 || ' ')";
            let ending = sqlx::query(sql).bind(TaskKind::Handle.as_str()).bind(&handler);
            ending.execute(connection).await.map(|_| ())
        }))
    }

    fn handled(&mut self, handler: &str, subject: &str) -> Result<u64, StoreError> {
        let (handler, subject) = (handler.to_owned(), subject.to_owned());
        let sql = "SELECT revision FROM payments.handled WHERE handler = $1 AND subject = $2";
        let found: Option<i64> = self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(handler).bind(subject).fetch_optional(connection).await
        }))?;
        Ok(found.unwrap_or(0).unsigned_abs())
    }

    /// Of two concurrent transactions, the second waits for the first and then finds another
    /// revision.
    fn set_handled(
        &mut self,
        handler: &str,
        subject: &str,
        before: u64,
        revision: u64,
    ) -> Result<bool, StoreError> {
        let (handler, subject) = (handler.to_owned(), subject.to_owned());
        let (before, revision) = (number(before), number(revision));
        self.0.run(work!(|connection| {
            let sql = "INSERT INTO payments.handled AS handled (handler, subject, revision)
                       VALUES ($1, $2, $3)
                       ON CONFLICT (handler, subject) DO UPDATE SET revision = excluded.revision
                       WHERE handled.revision = $4";
            let marking = sqlx::query(sql).bind(&handler).bind(&subject).bind(revision);
            let marked = marking.bind(before).execute(&mut *connection).await?;
            if marked.rows_affected() == 0 {
                return Ok(false);
            }
            let sql = "DELETE FROM payments.dead_letter WHERE handler = $1 AND subject = $2";
            sqlx::query(sql).bind(handler).bind(subject).execute(connection).await?;
            Ok(true)
        }))
    }

    fn bury(&mut self, letter: &DeadLetter) -> Result<(), StoreError> {
        let letter = letter.clone();
        let sql = "INSERT INTO payments.dead_letter (handler, subject, revision, at, tries, why)
                   VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (handler, subject) DO UPDATE SET revision = excluded.revision,
                       at = excluded.at, tries = excluded.tries, why = excluded.why";
        self.0.run(work!(|connection| {
            let DeadLetter { handler, subject, revision, at, tries, why } = letter;
            sqlx::query(sql)
                .bind(handler)
                .bind(subject)
                .bind(number(revision))
                .bind(at.unix_seconds())
                .bind(i64::from(tries))
                // PostgreSQL cannot store a zero character in a text.
                .bind(why.replace('\0', " "))
                .execute(connection)
                .await
                .map(|_| ())
        }))
    }

    fn dead_letters(&mut self) -> Result<Vec<DeadLetter>, StoreError> {
        let sql = "SELECT handler, subject, revision, at, tries, why FROM payments.dead_letter
                   ORDER BY at, handler, subject";
        let rows: Vec<(String, String, i64, i64, i64, String)> =
            self.0.run(work!(|connection| sqlx::query_as(sql).fetch_all(connection).await))?;
        let letter = |(handler, subject, revision, at, tries, why): (_, _, i64, _, i64, _)| {
            let (revision, at) = (revision.unsigned_abs(), Timestamp::from_unix(at));
            let tries = u32::try_from(tries).unwrap_or(u32::MAX);
            DeadLetter { handler, subject, revision, at, tries, why }
        };
        Ok(rows.into_iter().map(letter).collect())
    }

    fn forget(&mut self, handler: &str, subject: &str) -> Result<bool, StoreError> {
        let (handler, subject) = (handler.to_owned(), subject.to_owned());
        self.0.run(work!(|connection| {
            let sql = "DELETE FROM payments.dead_letter WHERE handler = $1 AND subject = $2";
            let ending = sqlx::query(sql).bind(&handler).bind(&subject);
            if ending.execute(&mut *connection).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let sql = "DELETE FROM payments.handled WHERE handler = $1 AND subject = $2";
            sqlx::query(sql).bind(handler).bind(subject).execute(connection).await?;
            Ok(true)
        }))
    }
}
