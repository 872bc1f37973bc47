//! The connection of a PostgreSQL store: how it is opened, the checks of the server, and the
//! meaning of its errors.

use std::future::Future;
use std::time::Duration;

use payments_core::{Error, ErrorKind};
use sqlx::{
    ConnectOptions as _, Connection as _,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::time::timeout;

use crate::store::StoreError;

/// The oldest supported version of PostgreSQL, in the numbering of the server.
const OLDEST: i32 = 130_000;

/// How long one statement may take, its response included.
const PATIENCE: Duration = Duration::from_secs(20);

/// The settings of a session. They keep an engine that stalls in a transaction from holding its
/// locks, and one that needs a lock from waiting for ever.
const SESSION: &str = "SET lock_timeout = '3s';
    SET statement_timeout = '15s';
    SET idle_in_transaction_session_timeout = '5s';
    SET default_transaction_read_only = off";

/// Opens a connection to a server that keeps the commits that it confirms.
///
/// # Errors
/// Returns `Configuration`, naming the setting to change, if the server does not keep confirmed
/// commits or is too old. Returns `Unavailable` if it cannot be reached.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    let place = place(options);
    let unusable = |error: sqlx::Error| {
        let message = format!("the store {place} cannot be used");
        Error::new(ErrorKind::Unavailable, message).with_source(error)
    };
    let quiet = options.clone().disable_statement_logging();
    let opening = quiet.connect();
    let mut connection = in_time(opening).await.map_err(unusable)?;
    let session = sqlx::raw_sql(SESSION).execute(&mut connection);
    in_time(session).await.map_err(unusable)?;
    let sql = "SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
                      current_setting('fsync'), current_setting('synchronous_commit')";
    let asking = sqlx::query_as(sql).fetch_one(&mut connection);
    let (version, is_standby, fsync, commit): (i32, bool, String, String) =
        in_time(asking).await.map_err(unusable)?;
    let refused = |why: String| {
        Err(Error::new(
            ErrorKind::Configuration,
            format!("the store {place} cannot be used: {why}"),
        ))
    };
    if version < OLDEST {
        return refused("its server is older than PostgreSQL 13".to_owned());
    }
    if is_standby {
        return refused("its server is a standby, which accepts no writes".to_owned());
    }
    if fsync != "on" {
        return refused(format!(
            "fsync is {fsync}, so that a crash loses answered commits; set fsync = on in \
             postgresql.conf"
        ));
    }
    if !keeps_commits(&commit) {
        return refused(format!(
            "synchronous_commit is {commit}, so that a crash or a failover loses answered commits; \
             set synchronous_commit = on for this database"
        ));
    }
    Ok(connection)
}

/// Returns whether the server keeps confirmed commits with this value of `synchronous_commit`.
pub(super) fn keeps_commits(synchronous_commit: &str) -> bool {
    matches!(synchronous_commit, "on" | "remote_apply")
}

/// Describes the address of a store, without its password.
pub(super) fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("PostgreSQL at {}, database {database}", socket.display()),
        None => {
            let (host, port) = (options.get_host(), options.get_port());
            format!("PostgreSQL at {host}:{port}, database {database}")
        }
    }
}

/// Stops waiting for a server that does not respond.
pub(super) async fn in_time<T>(
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| {
        Err(sqlx::Error::Io(std::io::Error::new(
            std::io::ErrorKind::TimedOut,
            format!("the server did not respond within {} s", PATIENCE.as_secs()),
        )))
    })
}

/// Returns whether the connection can be used after this error.
pub(super) fn is_usable_after(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            !(code.starts_with("08") || code.starts_with("57P") || code == "25P03")
        }),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
            true
        }
        _ => false,
    }
}

/// Converts the error of a statement before the commit: nothing was written.
pub(super) fn not_done(error: &sqlx::Error) -> StoreError {
    let is_passing = match error {
        // A serialization failure, a deadlock, a row that another replica wrote first, a lock
        // that another session holds.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| matches!(&*code, "40001" | "40P01" | "23505" | "55P03"))
        }
        _ => false,
    };
    let why = format!("PostgreSQL: {error}");
    if is_passing || !is_usable_after(error) {
        StoreError::Again(why)
    } else {
        StoreError::NotDone(why)
    }
}

/// Converts the error of a commit. Only a refusal by the server proves that nothing was written.
pub(super) fn not_committed(error: &sqlx::Error) -> StoreError {
    match not_done(error) {
        again_or_not if is_usable_after(error) => again_or_not,
        StoreError::Again(why) | StoreError::NotDone(why) | StoreError::Unknown(why) => {
            StoreError::Unknown(why)
        }
    }
}

/// Closes a connection. An error means that it was closed already.
pub(super) async fn close(connection: PgConnection) {
    let _ = timeout(Duration::from_secs(2), connection.close()).await;
}
