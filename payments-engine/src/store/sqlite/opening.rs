//! Opens a SQLite file: the lock of the sending engine, the connection, the schema, and the count
//! of starts.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use payments_core::{Error, ErrorKind, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::store::Opened;

/// The numbered changes of the schema, oldest first. They only add.
const MIGRATIONS: [&str; 5] = [
    include_str!("../migrations/0001.sql"),
    include_str!("../migrations/0002_inbox.sql"),
    include_str!("../migrations/0003_payments.sql"),
    include_str!("../migrations/0004_reconciliation.sql"),
    include_str!("../migrations/0005_health.sql"),
];

/// The number of the newest schema that this version can read.
pub(super) const SCHEMA: i64 = 5;

/// The oldest schema version of this crate that can read what this version writes.
const READABLE_FROM: i64 = 1;

/// How long a statement waits for another writer of the file.
const BUSY: Duration = Duration::from_secs(5);

/// How often the lock is tried again, and the wait before each try.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(20);

/// Takes the lock of the sending engine. The operating system releases it when the process ends.
pub(super) fn lock(path: &Path) -> Result<File, Error> {
    let beside = beside(path);
    let refused = |message: String| Error::new(ErrorKind::Configuration, message);
    let file =
        File::options().create(true).truncate(false).read(true).write(true).open(&beside).map_err(
            |error| {
                refused(format!("the lock file {} cannot be opened", beside.display()))
                    .with_source(error)
            },
        )?;
    // A visitor that checks whether an engine runs takes it for a moment.
    let mut locked = file.try_lock();
    for _ in 0..LOOKS {
        if !matches!(locked, Err(TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(LOOK);
        locked = file.try_lock();
    }
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(refused(format!(
            "another engine sends from {}; end it first, or give this one a store of its own",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => {
            Err(refused(format!("the lock file {} cannot be locked", beside.display()))
                .with_source(error))
        }
    }
}

/// Returns whether an engine holds the lock of the sending engine.
pub(super) fn is_locked(path: &Path) -> std::io::Result<bool> {
    let file = match File::open(beside(path)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-engine");
    PathBuf::from(name)
}

/// Opens a connection that keeps the commits that it confirms.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
    let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") || synchronous < 2 {
        return Err(rusqlite::Error::InvalidParameterName(format!(
            "the file does not allow WAL with synchronous=FULL, but {mode} with {synchronous}"
        )));
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Updates the tables of a file, which is possible beside a running engine, and returns the
/// versions of their schema before and now.
///
/// # Errors
/// Returns `Configuration` if the schema is of a later version, and `Unavailable` if the file
/// cannot be used.
pub(in crate::store) fn migrate_file(path: &Path, now: Timestamp) -> Result<(u64, u64), Error> {
    let mut connection = connect(path).map_err(|error| unusable(path, &error))?;
    let before = migrate(&mut connection, now).map_err(|error| unusable(path, &error))??;
    Ok((before.unsigned_abs(), SCHEMA.unsigned_abs()))
}

/// Updates the schema, and returns its version before.
pub(super) fn migrate(
    connection: &mut Connection,
    now: Timestamp,
) -> rusqlite::Result<Result<i64, Error>> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    change.execute_batch(
        "CREATE TABLE IF NOT EXISTS payments_migration (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, readable_from INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE IF NOT EXISTS payments_meta (
            key TEXT PRIMARY KEY, value TEXT NOT NULL
         ) STRICT, WITHOUT ROWID",
    )?;
    let (newest, readable_from): (i64, i64) = change.query_row(
        "SELECT coalesce(max(number), 0), coalesce(max(readable_from), 0) FROM payments_migration",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
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
        change.execute_batch(sql)?;
        change.execute(
            "INSERT INTO payments_migration (number, at, readable_from) VALUES (?1, ?2, ?3)",
            params![number, now.unix_seconds(), READABLE_FROM],
        )?;
    }
    change.execute(
        "INSERT OR IGNORE INTO payments_meta (key, value) VALUES ('store', lower(hex(randomblob(16)))),
         ('starts', '0')",
        [],
    )?;
    change.commit()?;
    Ok(Ok(newest))
}

/// Counts this start in the store and in the lock file, and compares the two: a store that was
/// replaced by an older copy has fewer starts than the lock file. A reason that was found stays
/// until a person accepts the store.
pub(super) fn count_start(
    connection: &mut Connection,
    lock: &mut File,
    path: &Path,
    accepts: bool,
) -> Result<Opened, Error> {
    let unusable_store = |error: rusqlite::Error| unusable(path, &error);
    let meta = |key: &str| {
        let sql = "SELECT value FROM payments_meta WHERE key = ?1";
        let value = connection.query_row(sql, [key], |row| row.get::<_, String>(0)).optional();
        value.map_err(unusable_store)
    };
    let store = meta("store")?.unwrap_or_default();
    let starts: u64 = meta("starts")?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let known = meta("restored")?;
    let mut text = String::new();
    lock.read_to_string(&mut text).map_err(|error| unusable(path, &error))?;
    let beside = text.split_once(' ').map(|(store, starts)| (store, starts.trim().parse::<u64>()));
    let seen = match beside {
        Some((other, _)) if other != store => {
            Some("the store is another one than this engine used before".to_owned())
        }
        Some((_, Ok(counted))) if counted > starts => Some(format!(
            "the store knows {starts} starts of the engine, and {counted} were counted beside it: \
             it is an older copy"
        )),
        _ => None,
    };
    let restored = if accepts { None } else { seen.or(known) };
    // Even after an older copy, the next count must exceed every earlier one.
    let counted = beside.and_then(|(_, counted)| counted.ok()).unwrap_or(0);
    let start = starts.max(counted).saturating_add(1);
    let change = connection.transaction().map_err(unusable_store)?;
    let put = "INSERT INTO payments_meta (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    change.execute(put, ["starts", &start.to_string()]).map_err(unusable_store)?;
    match &restored {
        Some(why) => change.execute(put, ["restored", why]),
        None => change.execute("DELETE FROM payments_meta WHERE key = 'restored'", []),
    }
    .map_err(unusable_store)?;
    change.commit().map_err(unusable_store)?;
    write_count(lock, &store, start).map_err(|error| unusable(path, &error))?;
    Ok(Opened::alone(start, restored))
}

fn write_count(lock: &mut File, store: &str, start: u64) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{store} {start}")?;
    lock.sync_all()
}

pub(super) fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    let message = format!("the store {} cannot be used: {error}", path.display());
    Error::new(ErrorKind::Unavailable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements with which the version with schema 3 writes a credit and a payout.
    const WRITES_OF_3: [&str; 2] = [
        "INSERT INTO payments_credit (provider, key, payment, currency, minor, reported_at,
             changed_at, open_cases, format, record)
         VALUES ('main', 'a.b:?', NULL, 'VND', 1, 100, 100, 0, 1, '{}')",
        "INSERT INTO payments_payout (reference, provider, state, revision, changed_at, open_cases,
             format, record)
         VALUES ('P-?', 'main', 'succeeded', 1, 100, 0, 1, '{}')",
    ];

    #[test]
    fn every_table_with_a_provider_is_known_to_a_renaming() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Timestamp::from_unix(1_700_000_000)).unwrap().unwrap();
        let sql = "SELECT DISTINCT substr(one.name, length('payments_') + 1)
                   FROM sqlite_master AS one, pragma_table_info(one.name) AS of
                   WHERE one.type = 'table' AND of.name = 'provider' ORDER BY 1";
        let mut statement = connection.prepare(sql).unwrap();
        let tables = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let tables: Vec<String> = tables.map(Result::unwrap).collect();
        let mut known = crate::store::renaming::TABLES;
        known.sort_unstable();
        assert_eq!(tables, known);
    }

    #[test]
    fn a_store_of_schema_3_is_migrated_and_the_version_of_3_goes_on_writing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let now = Timestamp::from_unix(1_700_000_000);
        migrate(&mut connection, now).unwrap().unwrap();
        // Return to the tables of the version before.
        connection
            .execute_batch(
                "DROP TABLE payments_reconciliation; DROP TABLE payments_reconciliation_row;
                 DROP TABLE payments_reconciliation_mark; DROP INDEX payments_credit_at;
                 DROP INDEX payments_payout_at; DROP INDEX payments_payout_amount;
                 ALTER TABLE payments_credit DROP COLUMN at;
                 ALTER TABLE payments_payout DROP COLUMN at;
                 ALTER TABLE payments_payout DROP COLUMN currency;
                 ALTER TABLE payments_payout DROP COLUMN minor;
                 DROP INDEX payments_payment_in_doubt;
                 ALTER TABLE payments_credit DROP COLUMN case_kinds;
                 ALTER TABLE payments_payment DROP COLUMN case_kinds;
                 ALTER TABLE payments_payout DROP COLUMN case_kinds;
                 DELETE FROM payments_migration WHERE number > 3",
            )
            .unwrap();
        let write = |connection: &Connection, name: &str| {
            for sql in WRITES_OF_3 {
                connection.execute(&sql.replace('?', name), []).unwrap();
            }
        };
        write(&connection, "1");
        migrate(&mut connection, now).unwrap().unwrap();
        write(&connection, "2");
        let sql = "SELECT max(number), max(readable_from) FROM payments_migration";
        let schema: (i64, i64) =
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(schema, (SCHEMA, READABLE_FROM));
        for table in ["credit", "payout"] {
            let changed = if table == "credit" { "reported_at" } else { "changed_at" };
            let sql = format!(
                "SELECT count(*) FROM payments_{table}
                 WHERE provider = 'main' AND coalesce(at, {changed}) = 100"
            );
            let found: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(found, 2, "{table}: rows of both versions are found by their time");
        }
    }
}
