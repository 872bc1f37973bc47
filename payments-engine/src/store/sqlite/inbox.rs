//! Deliveries in SQLite.

use payments_core::{EndpointName, ProviderId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, ToSql, params};

use super::{FORMAT, SqliteRows, number};
use crate::{
    inbox::{Refused, StoredDelivery, StoredRequest},
    sealing::{Place, Seal},
    store::{InboxCounts, InboxRows, StoreError},
};

/// The columns of a delivery, in the order of [`delivery`].
const COLUMNS: &str = "number, provider, endpoint, digest, received_at, verdict, is_unsigned, \
                       changed_at, events";

/// Returns the places of a delivery's events and of its request. The digest identifies the
/// delivery.
fn of_events(digest: &str) -> Place<'_> {
    Place { table: "delivery events", subject: digest }
}

fn of_request(digest: &str) -> Place<'_> {
    Place { table: "delivery request", subject: digest }
}

/// Returns the place of a refused request.
fn of_sample(endpoint: &str) -> Place<'_> {
    Place { table: "refused request", subject: endpoint }
}

/// The rows of the inbox of a connection.
pub(super) struct SqliteInbox<'a>(pub(super) SqliteRows<'a>);

impl SqliteInbox<'_> {
    fn execute(&self, sql: &str, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement.execute(values).map_err(StoreError::not_done)?;
        Ok(())
    }

    fn deliveries(
        &self,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<StoredDelivery>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM payments_delivery WHERE {condition}");
        let mut statement = self.0.connection.prepare_cached(&sql).map_err(StoreError::not_done)?;
        let rows = statement.query_map(values, Columns::of).map_err(StoreError::not_done)?;
        rows.map(|row| row.map_err(StoreError::not_done)?.read(self.0.seal)).collect()
    }

    fn unconfirmed_by_endpoint(&self) -> Result<Vec<(ProviderId, EndpointName, u64)>, StoreError> {
        let sql = "SELECT provider, endpoint, count(*) FROM payments_delivery
                   WHERE state = 'unconfirmed' GROUP BY provider, endpoint";
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let made = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows = statement.query_map([], made).map_err(StoreError::not_done)?;
        rows.map(|row| {
            let (provider, endpoint, count): (String, String, i64) =
                row.map_err(StoreError::not_done)?;
            let provider = ProviderId::new(provider).map_err(StoreError::not_done)?;
            let endpoint = EndpointName::new(endpoint).map_err(StoreError::not_done)?;
            Ok((provider, endpoint, count.unsigned_abs()))
        })
        .collect()
    }

    fn count(&self, sql: &str) -> Result<Option<i64>, StoreError> {
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        statement.query_row([], |row| row.get(0)).map_err(StoreError::not_done)
    }
}

impl InboxRows for SqliteInbox<'_> {
    fn find_delivery(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        digest: &[u8; 32],
    ) -> Result<Option<StoredDelivery>, StoreError> {
        let values = params![provider.as_str(), endpoint.as_str(), digest];
        let found = self.deliveries("provider = ?1 AND endpoint = ?2 AND digest = ?3", values)?;
        Ok(found.into_iter().next())
    }

    fn delivery(&mut self, delivery: u64) -> Result<Option<StoredDelivery>, StoreError> {
        let found = self.deliveries("number = ?1", params![number(delivery)])?;
        Ok(found.into_iter().next())
    }

    fn insert_delivery(
        &mut self,
        delivery: &StoredDelivery,
        request: &StoredRequest,
    ) -> Result<u64, StoreError> {
        let digest = hex::encode(delivery.digest);
        self.execute(
            "INSERT INTO payments_delivery
                (provider, endpoint, digest, received_at, verdict, is_unsigned, state, changed_at,
                 format, events, request)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                delivery.provider.as_str(),
                delivery.endpoint.as_str(),
                delivery.digest,
                delivery.received_at.unix_seconds(),
                delivery.verdict,
                delivery.is_unsigned,
                delivery.state().as_str(),
                delivery.changed_at.unix_seconds(),
                FORMAT,
                self.0.seal.close(of_events(&digest), &delivery.events)?,
                self.0.seal.close(of_request(&digest), request)?,
            ],
        )?;
        Ok(self.0.connection.last_insert_rowid().unsigned_abs())
    }

    fn update_delivery(&mut self, delivery: &StoredDelivery) -> Result<(), StoreError> {
        self.execute(
            "UPDATE payments_delivery
             SET state = ?1, changed_at = ?2, format = ?3, events = ?4, verdict = ?5
             WHERE number = ?6",
            params![
                delivery.state().as_str(),
                delivery.changed_at.unix_seconds(),
                FORMAT,
                self.0.seal.close(of_events(&hex::encode(delivery.digest)), &delivery.events)?,
                delivery.verdict,
                number(delivery.number),
            ],
        )
    }

    fn unconfirmed(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        most: u64,
    ) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM (
                       SELECT 1 FROM payments_delivery
                       WHERE state = 'unconfirmed' AND provider = ?1 AND endpoint = ?2
                         AND is_unsigned = 1
                       LIMIT ?3)";
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let values = params![provider.as_str(), endpoint.as_str(), number(most)];
        let count: i64 =
            statement.query_row(values, |row| row.get(0)).map_err(StoreError::not_done)?;
        Ok(count.unsigned_abs())
    }

    fn refuse(&mut self, refused: &Refused, samples: u64) -> Result<(), StoreError> {
        let Refused { provider, endpoint, at, reason, detail, request } = refused;
        let hour = at.unix_seconds().div_euclid(3_600);
        self.execute(
            "INSERT INTO payments_refused (provider, endpoint, hour, reason, count)
             VALUES (?1, ?2, ?3, ?4, 1)
             ON CONFLICT (provider, endpoint, hour, reason) DO UPDATE SET count = count + 1",
            params![provider.as_str(), endpoint, hour, reason],
        )?;
        self.execute(
            "INSERT INTO payments_refused_sample
                (provider, endpoint, at, reason, detail, request)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                provider.as_str(),
                endpoint,
                at.unix_seconds(),
                reason,
                detail,
                self.0.seal.close(of_sample(endpoint), request)?,
            ],
        )?;
        self.execute(
            "DELETE FROM payments_refused_sample
             WHERE provider = ?1 AND endpoint = ?2 AND number NOT IN (
                 SELECT number FROM payments_refused_sample WHERE provider = ?1 AND endpoint = ?2
                 ORDER BY number DESC LIMIT ?3)",
            params![provider.as_str(), endpoint, number(samples)],
        )
    }

    fn doubtful(&mut self, most: u64) -> Result<Vec<StoredDelivery>, StoreError> {
        let condition = "state = 'doubtful' ORDER BY changed_at, number LIMIT ?1";
        self.deliveries(condition, params![number(most)])
    }

    fn inbox_counts(&mut self, since: Timestamp) -> Result<InboxCounts, StoreError> {
        let of = |state| format!("FROM payments_delivery WHERE state = '{state}'");
        let unconfirmed = self.unconfirmed_by_endpoint()?;
        let oldest = self.count(&format!("SELECT min(received_at) {}", of("unconfirmed")))?;
        let doubtful = self.count(&format!("SELECT count(*) {}", of("doubtful")))?;
        let sql = "SELECT reason, sum(count) FROM payments_refused WHERE hour >= ?1
                   GROUP BY reason ORDER BY reason";
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let hour = since.unix_seconds().div_euclid(3_600);
        let rows = statement
            .query_map([hour], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))
            .map_err(StoreError::not_done)?;
        let mut refused = Vec::new();
        for row in rows {
            let (reason, count) = row.map_err(StoreError::not_done)?;
            refused.push((reason, count.unsigned_abs()));
        }
        Ok(InboxCounts {
            unconfirmed,
            oldest_unconfirmed: oldest.map(Timestamp::from_unix),
            doubtful: doubtful.unwrap_or(0).unsigned_abs(),
            refused,
        })
    }

    fn progress(&mut self, provider: &ProviderId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM payments_meta WHERE key = 'statements ' || ?1";
        let mut statement = self.0.connection.prepare_cached(sql).map_err(StoreError::not_done)?;
        let found = statement.query_row([provider.as_str()], |row| row.get(0)).optional();
        found.map_err(StoreError::not_done)
    }

    fn set_progress(&mut self, provider: &ProviderId, progress: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO payments_meta (key, value) VALUES ('statements ' || ?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![provider.as_str(), progress],
        )
    }
}

/// The columns of a delivery as they are stored.
struct Columns {
    number: i64,
    provider: String,
    endpoint: String,
    digest: [u8; 32],
    received_at: i64,
    verdict: String,
    is_unsigned: bool,
    changed_at: i64,
    events: String,
}

impl Columns {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            provider: row.get(1)?,
            endpoint: row.get(2)?,
            digest: row.get(3)?,
            received_at: row.get(4)?,
            verdict: row.get(5)?,
            is_unsigned: row.get(6)?,
            changed_at: row.get(7)?,
            events: row.get(8)?,
        })
    }

    fn read(self, seal: &Seal) -> Result<StoredDelivery, StoreError> {
        let events = seal.open(of_events(&hex::encode(self.digest)), &self.events)?;
        Ok(StoredDelivery {
            number: self.number.unsigned_abs(),
            provider: ProviderId::new(self.provider).map_err(StoreError::not_done)?,
            endpoint: EndpointName::new(self.endpoint).map_err(StoreError::not_done)?,
            digest: self.digest,
            received_at: Timestamp::from_unix(self.received_at),
            verdict: self.verdict,
            is_unsigned: self.is_unsigned,
            changed_at: Timestamp::from_unix(self.changed_at),
            events,
        })
    }
}
