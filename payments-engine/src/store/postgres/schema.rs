//! The schema of a PostgreSQL store, and its numbered changes.

use payments_core::{Error, ErrorKind, Timestamp};
use sqlx::postgres::PgConnection;

/// The numbered changes of the schema, oldest first. They only add.
const MIGRATIONS: [&str; 5] = [
    include_str!("../migrations/postgres/0001.sql"),
    include_str!("../migrations/postgres/0002.sql"),
    include_str!("../migrations/postgres/0003.sql"),
    include_str!("../migrations/postgres/0004.sql"),
    include_str!("../migrations/postgres/0005.sql"),
];

/// The number of the newest schema that this version can read.
pub(super) const SCHEMA: i64 = 5;

/// The oldest schema version of this crate that can read what this version writes.
const READABLE_FROM: i64 = 1;

/// Takes the lock for changing the schema and for starting, until the end of the transaction.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('payments.migration', 0))";

const FOUNDATION: &str = "CREATE SCHEMA IF NOT EXISTS payments;
    CREATE TABLE IF NOT EXISTS payments.migration (
        number bigint PRIMARY KEY, at bigint NOT NULL, readable_from bigint NOT NULL
    );
    CREATE TABLE IF NOT EXISTS payments.meta (key text PRIMARY KEY, value text NOT NULL);
    INSERT INTO payments.meta (key, value)
    VALUES ('store', gen_random_uuid()::text), ('starts', '0') ON CONFLICT DO NOTHING";

/// Updates the schema inside an open transaction, and returns its version before. Engines that
/// start at the same time do it one after the other.
pub(super) async fn migrate(
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<Result<i64, Error>, sqlx::Error> {
    lock(&mut *connection).await?;
    let is_there: bool = sqlx::query_scalar("SELECT to_regclass('payments.meta') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !is_there {
        // Only if needed: a role without the right to create can use an existing schema.
        sqlx::raw_sql(FOUNDATION).execute(&mut *connection).await?;
    }
    let sql = "SELECT coalesce(max(number), 0), coalesce(max(readable_from), 0)
               FROM payments.migration";
    let (newest, readable_from): (i64, i64) =
        sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    if readable_from > SCHEMA {
        return Ok(Err(Error::new(
            ErrorKind::Configuration,
            format!(
                "the store has schema {newest}, which schema {readable_from} and later can read; \
                 this version has {SCHEMA}: use a later version of payments-engine"
            ),
        )));
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS).filter(|(number, _)| *number > newest) {
        sqlx::raw_sql(sql).execute(&mut *connection).await?;
        sqlx::query(
            "INSERT INTO payments.migration (number, at, readable_from) VALUES ($1, $2, $3)",
        )
        .bind(number)
        .bind(now.unix_seconds())
        .bind(READABLE_FROM)
        .execute(&mut *connection)
        .await?;
    }
    Ok(Ok(newest))
}

/// Prevents that another engine starts, or changes the schema, until the end of the transaction.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(LOCK).execute(connection).await.map(|_| ())
}

/// Returns whether the schema exists in exactly this version.
pub(super) async fn is_of_this_version(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT to_regclass('payments.migration') IS NOT NULL";
    if !sqlx::query_scalar(sql).fetch_one(&mut *connection).await? {
        return Ok(false);
    }
    let sql = "SELECT coalesce(max(number), 0) FROM payments.migration";
    let newest: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(newest == SCHEMA)
}
