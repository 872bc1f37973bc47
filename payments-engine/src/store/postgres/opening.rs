//! Opens, visits and migrates a store in PostgreSQL.

use payments_core::{Error, ErrorKind, Timestamp};
use sqlx::postgres::PgConnection;
use tokio::runtime::Runtime;

use super::connection::{self, connect, in_time};
use super::{Address, BEGIN, Postgres, identity, instances, schema};
use crate::sealing::Seal;
use crate::store::{Opened, Restored, StoreError, restored::Found};

/// How many times within the silence an engine records that it runs.
const BEATS: u32 = 4;

impl Postgres {
    /// Opens the store for an engine that sends.
    ///
    /// # Errors
    /// Returns `Configuration` if the address cannot be parsed, if the server does not keep the
    /// commits that it confirms, or if the schema is of a later version. Returns `Unavailable` if
    /// the store cannot be used.
    pub(in crate::store) fn open(
        address: &Address,
        now: Timestamp,
        accepts: bool,
        seal: Seal,
    ) -> Result<(Self, Opened), Error> {
        let options = address.options()?;
        let unusable = |error: sqlx::Error| address.unusable(error);
        let runtime = connection_runtime()?;
        let opening = async {
            let mut connection = connect(&options).await?;
            let opened = in_time(open(&mut connection, now, accepts)).await.map_err(unusable)??;
            Ok::<_, Error>((connection, opened))
        };
        let (connection, (start, name, found)) = runtime.block_on(opening)?;
        let restored = Restored::default();
        restored.set(found);
        let opened = Opened {
            start: start.unsigned_abs(),
            name,
            restored: restored.clone(),
            beat: Some(address.silence / BEATS),
        };
        let postgres = Self {
            runtime,
            options,
            connection: Some(connection),
            has_failed: false,
            start,
            silence: address.silence,
            restored,
            seal,
        };
        Ok((postgres, opened))
    }

    /// Opens the store as a visitor.
    ///
    /// # Errors
    /// Returns `Configuration` if no engine of this version created its tables, and `Unavailable`
    /// if the store cannot be used.
    pub(in crate::store) fn visit(address: &Address, seal: Seal) -> Result<(Self, Opened), Error> {
        let options = address.options()?;
        let unusable = |error: sqlx::Error| address.unusable(error);
        let runtime = connection_runtime()?;
        let visiting = async {
            let mut connection = connect(&options).await?;
            let checking = in_time(schema::is_of_this_version(&mut connection));
            if !checking.await.map_err(unusable)? {
                let message = format!(
                    "{address} has no tables of this version of payments-engine: start the engine \
                     on it first, and use the version that it has"
                );
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            let sql = "SELECT left(gen_random_uuid()::text, 8),
                (SELECT value FROM payments.meta WHERE key = 'restored')";
            let query = sqlx::query_as::<_, (String, Option<String>)>(sql);
            let (name, restored) =
                in_time(query.fetch_one(&mut connection)).await.map_err(unusable)?;
            Ok((connection, Opened::visitor(name, restored)))
        };
        let (connection, opened) = runtime.block_on(visiting)?;
        let postgres = Self {
            runtime,
            options,
            connection: Some(connection),
            has_failed: false,
            start: 0,
            silence: address.silence,
            restored: opened.restored.clone(),
            seal,
        };
        Ok((postgres, opened))
    }

    /// Updates the tables, which is possible beside running engines, and returns the versions of
    /// their schema before and now.
    ///
    /// # Errors
    /// The same as for [`open`](Self::open).
    pub(in crate::store) fn migrate(
        address: &Address,
        now: Timestamp,
    ) -> Result<(u64, u64), Error> {
        let options = address.options()?;
        let unusable = |error: sqlx::Error| address.unusable(error);
        let migrating = async {
            let mut connection = connect(&options).await?;
            let migrated = in_time(async {
                sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
                let migrated = schema::migrate(&mut connection, now).await?;
                let end = if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" };
                sqlx::raw_sql(end).execute(&mut connection).await?;
                Ok(migrated)
            });
            let before = migrated.await.map_err(unusable)??;
            connection::close(connection).await;
            Ok((before.unsigned_abs(), schema::SCHEMA.unsigned_abs()))
        };
        connection_runtime()?.block_on(migrating)
    }
}

/// Returns the runtime of one connection.
fn connection_runtime() -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StoreError::not_done(error).into_error())
}

/// Migrates, compares and counts, in one transaction.
async fn open(
    connection: &mut PgConnection,
    now: Timestamp,
    accepts: bool,
) -> Result<Result<(i64, String, Found), Error>, sqlx::Error> {
    sqlx::raw_sql(BEGIN).execute(&mut *connection).await?;
    if let Err(refused) = schema::migrate(&mut *connection, now).await? {
        return Ok(Err(refused));
    }
    if accepts {
        identity::accept(&mut *connection).await?;
    }
    let found = identity::check(&mut *connection, None).await?;
    let start = instances::count_start(&mut *connection).await?;
    instances::be_seen(&mut *connection, start).await?;
    // An older copy of the store could count the same number again.
    let name: String = sqlx::query_scalar("SELECT left(gen_random_uuid()::text, 8)")
        .fetch_one(&mut *connection)
        .await?;
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(Ok((start, format!("{start}-{name}"), found)))
}
