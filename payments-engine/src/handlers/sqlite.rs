//! A handler's database in SQLite.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::runtime::Handle;

use super::{AppDatabase, HandlerError, database::Interrupter};
use crate::{
    app::{
        AppTransaction,
        sealed::{self, Work},
    },
    store::{SqliteRows, StoreError},
};

/// How long a transaction waits for another writer of the file.
const BUSY: Duration = Duration::from_secs(5);

/// The engine's SQLite file, as the database of a handler.
#[derive(Clone, Debug)]
pub struct SqliteDatabase {
    path: PathBuf,
    /// A connection that is not in use.
    idle: Arc<Mutex<Option<Connection>>>,
}

/// A transaction on the engine's file. It dereferences to its connection. Leave the transaction
/// open.
pub struct SqliteTransaction(Connection);

impl SqliteDatabase {
    /// Returns a handle to the database in this file, which must be the engine's own store. The
    /// file is opened when the first transaction begins.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), idle: Arc::default() }
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, connection: Connection) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY)?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
        Ok(connection)
    }
}

#[async_trait]
impl AppDatabase for SqliteDatabase {
    type Transaction = SqliteTransaction;

    async fn begin(&self) -> Result<SqliteTransaction, HandlerError> {
        let connection = match self.take_idle() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(SqliteTransaction(connection))
    }

    async fn commit(&self, transaction: SqliteTransaction) -> Result<(), HandlerError> {
        let SqliteTransaction(connection) = transaction;
        if connection.is_autocommit() {
            return Err(HandlerError::new("the handler ended the transaction that it was given"));
        }
        // If the commit failed, the connection is closed, which ends its transaction.
        connection.execute_batch("COMMIT")?;
        self.keep(connection);
        Ok(())
    }

    async fn discard(&self, transaction: SqliteTransaction) {
        let SqliteTransaction(connection) = transaction;
        if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok() {
            self.keep(connection);
        }
    }

    fn interrupter(&self, transaction: &SqliteTransaction) -> Option<Interrupter> {
        let handle = transaction.get_interrupt_handle();
        Some(Box::new(move || handle.interrupt()))
    }
}

impl Deref for SqliteTransaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl AppTransaction for SqliteTransaction {}

impl sealed::Sealed for SqliteTransaction {
    fn with_rows(&mut self, _engine: &Handle, work: Work) -> impl Future<Output = ()> {
        // Outside of a transaction a row would remain, whatever the result of the others.
        if self.0.is_autocommit() {
            let why = "the handler ended the transaction that it was given";
            (work.run)(Err(StoreError::NotDone(why.to_owned())));
        } else {
            (work.run)(Ok(&mut SqliteRows::new(&self.0, &work.seal)));
        }
        std::future::ready(())
    }
}

impl fmt::Debug for SqliteTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteTransaction")
    }
}
