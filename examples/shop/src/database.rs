//! The shop's tables, in the SQLite file that the engine also stores in.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payments::{
    Error, ErrorKind, OrderRef, PayoutRef, ProviderId, Result, Timestamp, money::Money,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{Order, PayoutRow, catalogue};

/// Amounts are whole đồng and times are seconds since 1970. A parcel is a job for the packers.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS orders (
        reference TEXT PRIMARY KEY,
        item TEXT NOT NULL,
        asked INTEGER NOT NULL,
        placed_at INTEGER NOT NULL,
        received INTEGER NOT NULL DEFAULT 0,
        packed_at INTEGER,
        inquired_at INTEGER
    ) STRICT;
    CREATE TABLE IF NOT EXISTS parcels (
        number INTEGER PRIMARY KEY,
        order_reference TEXT NOT NULL REFERENCES orders
    ) STRICT;
    CREATE TABLE IF NOT EXISTS payouts (
        reference TEXT PRIMARY KEY,
        provider TEXT NOT NULL,
        amount INTEGER NOT NULL,
        name TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        state TEXT NOT NULL
    ) STRICT;
";

/// Inserts a payout unless it exists. Run it in the transaction that hands the payout over.
pub(crate) const INSERT_PAYOUT: &str =
    "INSERT INTO payouts VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";

/// The number of rows on the owner's page.
const SHOWN: i64 = 100;

/// The shop's own connection. Each of its statements takes far less than a millisecond, and waits
/// only while the engine or a handler writes.
pub(crate) struct Database(Mutex<Connection>);

impl Database {
    /// Opens the file, and creates missing tables.
    ///
    /// # Errors
    /// Returns `Unavailable` if the file cannot be used.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let open = || {
            let connection = Connection::open(path)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
            connection.execute_batch(TABLES)?;
            Ok(connection)
        };
        open().map(|connection| Self(Mutex::new(connection))).map_err(unusable)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a new order.
    ///
    /// # Errors
    /// Returns `Unavailable` if the order was not stored.
    pub(crate) fn place(&self, order: &Order) -> Result<()> {
        let sql = "INSERT INTO orders (reference, item, asked, placed_at) VALUES (?1, ?2, ?3, ?4)";
        let (name, at) = (order.reference.as_str(), order.placed_at.unix_seconds());
        let values = params![name, order.item.id, order.asked.minor(), at];
        self.connection().execute(sql, values).map(|_| ()).map_err(unusable)
    }

    /// Returns an order by its reference, or `None` if it does not exist.
    ///
    /// # Errors
    /// Returns `Unavailable` if the database cannot be read.
    pub(crate) fn order(&self, reference: &OrderRef) -> Result<Option<Order>> {
        let sql = "SELECT * FROM orders WHERE reference = ?1";
        let row = self.connection().query_row(sql, [reference.as_str()], order).optional();
        row.map(Option::flatten).map_err(unusable)
    }

    /// Returns the newest orders.
    ///
    /// # Errors
    /// Returns `Unavailable` if the database cannot be read.
    pub(crate) fn orders(&self) -> Result<Vec<Order>> {
        let sql = "SELECT * FROM orders ORDER BY placed_at DESC, rowid DESC LIMIT ?1";
        self.newest(sql, order)
    }

    /// Returns the newest payouts.
    ///
    /// # Errors
    /// Returns `Unavailable` if the database cannot be read.
    pub(crate) fn payouts(&self) -> Result<Vec<PayoutRow>> {
        let sql = "SELECT * FROM payouts ORDER BY made_at DESC, rowid DESC LIMIT ?1";
        self.newest(sql, payout)
    }

    /// Returns the orders with a parcel to be packed, once for each parcel.
    ///
    /// # Errors
    /// Returns `Unavailable` if the database cannot be read.
    pub(crate) fn parcels(&self) -> Result<Vec<String>> {
        self.newest("SELECT order_reference FROM parcels ORDER BY number DESC LIMIT ?1", |row| {
            row.get(0).map(Some)
        })
    }

    fn newest<T>(
        &self,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<T>>,
    ) -> Result<Vec<T>> {
        let connection = self.connection();
        let rows = || {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([SHOWN], read)?;
            rows.filter_map(Result::transpose).collect::<rusqlite::Result<Vec<T>>>()
        };
        rows().map_err(unusable)
    }

    /// Records that an inquiry about an order begins. Returns false if the last one began less than
    /// `pause` ago.
    ///
    /// # Errors
    /// Returns `Unavailable` if the database cannot be written.
    pub(crate) fn begin_inquiry(
        &self,
        reference: &OrderRef,
        now: Timestamp,
        pause: Duration,
    ) -> Result<bool> {
        let sql = "UPDATE orders SET inquired_at = ?2
                   WHERE reference = ?1 AND coalesce(inquired_at, 0) <= ?3";
        let before = now.unix_seconds() - i64::try_from(pause.as_secs()).unwrap_or(i64::MAX);
        let values = params![reference.as_str(), now.unix_seconds(), before];
        self.connection().execute(sql, values).map(|changed| changed == 1).map_err(unusable)
    }
}

/// Converts a row to an order. Returns `None` if this shop does not know its reference or its item.
fn order(row: &Row<'_>) -> rusqlite::Result<Option<Order>> {
    let (reference, item): (String, String) = (row.get("reference")?, row.get("item")?);
    let (Ok(reference), Some(item)) = (OrderRef::new(reference), catalogue::find(&item)) else {
        return Ok(None);
    };
    let packed_at: Option<i64> = row.get("packed_at")?;
    Ok(Some(Order {
        reference,
        item,
        asked: Money::vnd(row.get("asked")?),
        placed_at: Timestamp::from_unix(row.get("placed_at")?),
        received: Money::vnd(row.get("received")?),
        packed_at: packed_at.map(Timestamp::from_unix),
    }))
}

fn payout(row: &Row<'_>) -> rusqlite::Result<Option<PayoutRow>> {
    let (reference, provider): (String, String) = (row.get("reference")?, row.get("provider")?);
    let (Ok(reference), Ok(provider)) = (PayoutRef::new(reference), ProviderId::new(provider))
    else {
        return Ok(None);
    };
    Ok(Some(PayoutRow {
        reference,
        provider,
        amount: Money::vnd(row.get("amount")?),
        name: row.get("name")?,
        made_at: Timestamp::from_unix(row.get("made_at")?),
        state: row.get("state")?,
    }))
}

fn unusable(error: rusqlite::Error) -> Error {
    Error::new(ErrorKind::Unavailable, "the shop's database cannot be used").with_source(error)
}
