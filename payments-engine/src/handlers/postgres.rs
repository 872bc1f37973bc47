//! A handler's database in PostgreSQL.

use std::fmt;
use std::ops::{Deref, DerefMut};

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use tokio::runtime::Handle;

use super::{AppDatabase, HandlerError};
use crate::{
    app::{
        AppTransaction,
        sealed::{self, Work},
    },
    store::{PostgresAddress, StoreError},
};

const ENDED: &str = "the handler ended the transaction that it was given";

/// The engine's PostgreSQL database, as the database of a handler. Each transaction has its own
/// connection, so that no state of one leaks into another.
#[derive(Clone)]
pub struct PostgresDatabase {
    address: PostgresAddress,
}

/// A transaction on the engine's database. It dereferences to its connection. Leave the transaction
/// open.
pub struct PostgresTransaction {
    connection: PgConnection,
    /// Its number on the server, which shows at its end that it is still the same transaction.
    number: i64,
}

impl PostgresDatabase {
    /// Returns a handle to the database at this URL, which must be the engine's own store.
    pub fn new(url: impl AsRef<str>) -> Self {
        Self { address: PostgresAddress::new(url.as_ref()) }
    }
}

/// Returns the number of the open transaction.
async fn number(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT txid_current()").fetch_one(connection).await
}

#[async_trait]
impl AppDatabase for PostgresDatabase {
    type Transaction = PostgresTransaction;

    async fn begin(&self) -> Result<PostgresTransaction, HandlerError> {
        let mut connection = self.address.connect().await?;
        sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
        let number = number(&mut connection).await?;
        Ok(PostgresTransaction { connection, number })
    }

    async fn commit(&self, transaction: PostgresTransaction) -> Result<(), HandlerError> {
        let PostgresTransaction { mut connection, number: begun } = transaction;
        // This is also an error after a failed statement, when a commit would be a rollback.
        if number(&mut connection).await? != begun {
            return Err(HandlerError::new(ENDED));
        }
        sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
        Ok(())
    }

    async fn discard(&self, transaction: PostgresTransaction) {
        // Closing a connection ends its transaction.
        drop(transaction);
    }
}

impl Deref for PostgresTransaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for PostgresTransaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl AppTransaction for PostgresTransaction {}

impl sealed::Sealed for PostgresTransaction {
    async fn with_rows(&mut self, engine: &Handle, work: Work) {
        // Outside of the transaction a row would remain, whatever the result of the others.
        match number(&mut self.connection).await {
            Ok(number) if number == self.number => {
                crate::store::with_rows(&mut self.connection, engine, work).await;
            }
            Ok(_) => (work.run)(Err(StoreError::NotDone(ENDED.to_owned()))),
            Err(error) => (work.run)(Err(StoreError::not_done(error))),
        }
    }
}

impl fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresDatabase({})", self.address)
    }
}

impl fmt::Debug for PostgresTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresTransaction")
    }
}
