//! Deliveries in PostgreSQL.

use payments_core::{EndpointName, ProviderId, Timestamp};

use super::rows::{FORMAT, Session, number, work};
use crate::{
    inbox::{Refused, StoredDelivery, StoredRequest},
    sealing::{Place, Seal},
    store::{InboxCounts, InboxRows, StoreError},
};

/// The rows of the inbox of a session.
pub(super) struct PostgresInbox<'a, S>(pub(super) &'a mut S);

/// Builds a query of deliveries, with the columns in the order of [`delivery`].
macro_rules! deliveries {
    ($condition:literal) => {
        concat!(
            "SELECT number, provider, endpoint, digest, received_at, verdict, is_unsigned, \
             changed_at, events FROM payments.delivery WHERE ",
            $condition
        )
    };
}

/// The columns of a delivery as they are stored.
type Columns = (i64, String, String, Vec<u8>, i64, String, bool, i64, String);

impl<S: Session> InboxRows for PostgresInbox<'_, S> {
    /// Locks the row, or its name if the row does not exist.
    fn find_delivery(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        digest: &[u8; 32],
    ) -> Result<Option<StoredDelivery>, StoreError> {
        let (provider, endpoint) = (provider.to_string(), endpoint.to_string());
        let digest = digest.to_vec();
        let found: Option<Columns> = self.0.run(work!(|connection| {
            let sql =
                deliveries!("provider = $1 AND endpoint = $2 AND digest = $3 FOR NO KEY UPDATE");
            let find = || sqlx::query_as(sql).bind(&provider).bind(&endpoint).bind(&digest);
            if let Some(found) = find().fetch_optional(&mut *connection).await? {
                return Ok(Some(found));
            }
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended(
                            concat_ws(' ', 'payments.delivery', $1, $2, encode($3, 'hex')), 0))";
            let locking = sqlx::query(lock).bind(&provider).bind(&endpoint).bind(&digest);
            locking.execute(&mut *connection).await?;
            find().fetch_optional(connection).await
        }))?;
        found.map(|columns| delivery(self.0.seal(), columns)).transpose()
    }

    fn delivery(&mut self, delivery_number: u64) -> Result<Option<StoredDelivery>, StoreError> {
        let number = number(delivery_number);
        let sql = deliveries!("number = $1 FOR NO KEY UPDATE");
        let found: Option<Columns> = self.0.run(work!(|connection| {
            sqlx::query_as(sql).bind(number).fetch_optional(connection).await
        }))?;
        found.map(|columns| delivery(self.0.seal(), columns)).transpose()
    }

    fn insert_delivery(
        &mut self,
        delivery: &StoredDelivery,
        request: &StoredRequest,
    ) -> Result<u64, StoreError> {
        let digest = hex::encode(delivery.digest);
        let events = self.0.seal().close(of_events(&digest), &delivery.events)?;
        let request = self.0.seal().close(of_request(&digest), request)?;
        let delivery = delivery.clone();
        let sql = "INSERT INTO payments.delivery
                (provider, endpoint, digest, received_at, verdict, is_unsigned, state, changed_at,
                 format, events, request)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            RETURNING number";
        let number: i64 = self.0.run(work!(|connection| {
            sqlx::query_scalar(sql)
                .bind(delivery.provider.as_str())
                .bind(delivery.endpoint.as_str())
                .bind(delivery.digest.as_slice())
                .bind(delivery.received_at.unix_seconds())
                .bind(&delivery.verdict)
                .bind(delivery.is_unsigned)
                .bind(delivery.state().as_str())
                .bind(delivery.changed_at.unix_seconds())
                .bind(FORMAT)
                .bind(events)
                .bind(request)
                .fetch_one(connection)
                .await
        }))?;
        Ok(number.unsigned_abs())
    }

    fn update_delivery(&mut self, delivery: &StoredDelivery) -> Result<(), StoreError> {
        let digest = hex::encode(delivery.digest);
        let events = self.0.seal().close(of_events(&digest), &delivery.events)?;
        let delivery = delivery.clone();
        let sql = "UPDATE payments.delivery
                   SET state = $1, changed_at = $2, format = $3, events = $4, verdict = $5
                   WHERE number = $6";
        self.0.run(work!(|connection| {
            sqlx::query(sql)
                .bind(delivery.state().as_str())
                .bind(delivery.changed_at.unix_seconds())
                .bind(FORMAT)
                .bind(events)
                .bind(&delivery.verdict)
                .bind(number(delivery.number))
                .execute(connection)
                .await
                .map(|_| ())
        }))
    }

    fn unconfirmed(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        most: u64,
    ) -> Result<u64, StoreError> {
        let (provider, endpoint, most) = (provider.to_string(), endpoint.to_string(), number(most));
        let sql = "SELECT count(*) FROM (
                       SELECT 1 FROM payments.delivery
                       WHERE state = 'unconfirmed' AND provider = $1 AND endpoint = $2
                         AND is_unsigned
                       LIMIT $3) AS waiting";
        let count: i64 = self.0.run(work!(|connection| {
            let query = sqlx::query_scalar(sql).bind(provider).bind(endpoint).bind(most);
            query.fetch_one(connection).await
        }))?;
        Ok(count.unsigned_abs())
    }

    fn refuse(&mut self, refused: &Refused, samples: u64) -> Result<(), StoreError> {
        let place = Place { table: "refused request", subject: &refused.endpoint };
        let request = self.0.seal().close(place, &refused.request)?;
        let (refused, samples) = (refused.clone(), number(samples));
        let hour = refused.at.unix_seconds().div_euclid(3_600);
        self.0.run(work!(|connection| {
            let Refused { provider, endpoint, at, reason, detail, .. } = refused;
            let sql = "INSERT INTO payments.refused AS refused
                           (provider, endpoint, hour, reason, count)
                       VALUES ($1, $2, $3, $4, 1)
                       ON CONFLICT (provider, endpoint, hour, reason)
                       DO UPDATE SET count = refused.count + 1";
            let counting = sqlx::query(sql).bind(provider.as_str()).bind(&endpoint);
            counting.bind(hour).bind(&reason).execute(&mut *connection).await?;
            let sql = "INSERT INTO payments.refused_sample
                    (provider, endpoint, at, reason, detail, request)
                VALUES ($1, $2, $3, $4, $5, $6)";
            sqlx::query(sql)
                .bind(provider.as_str())
                .bind(&endpoint)
                .bind(at.unix_seconds())
                .bind(reason)
                // PostgreSQL cannot store a zero character in a text.
                .bind(detail.replace('\0', " "))
                .bind(request)
                .execute(&mut *connection)
                .await?;
            let sql = "DELETE FROM payments.refused_sample
                WHERE provider = $1 AND endpoint = $2 AND number NOT IN (
                    SELECT number FROM payments.refused_sample
                    WHERE provider = $1 AND endpoint = $2 ORDER BY number DESC LIMIT $3)";
            let ending = sqlx::query(sql).bind(provider.as_str()).bind(&endpoint).bind(samples);
            ending.execute(connection).await.map(|_| ())
        }))
    }

    fn doubtful(&mut self, most: u64) -> Result<Vec<StoredDelivery>, StoreError> {
        let most = number(most);
        let sql = deliveries!("state = 'doubtful' ORDER BY changed_at, number LIMIT $1");
        let found: Vec<Columns> = self.0.run(work!(|connection| {
            sqlx::query_as(sql).bind(most).fetch_all(connection).await
        }))?;
        found.into_iter().map(|columns| delivery(self.0.seal(), columns)).collect()
    }

    fn inbox_counts(&mut self, since: Timestamp) -> Result<InboxCounts, StoreError> {
        let hour = since.unix_seconds().div_euclid(3_600);
        type Endpoints = Vec<(String, String, i64)>;
        type Figures = ((Option<i64>, i64), Vec<(String, i64)>, Endpoints);
        let ((oldest, doubtful), refused, unconfirmed): Figures =
            self.0.run(work!(|connection| {
                let sql = "SELECT
                (SELECT min(received_at) FROM payments.delivery WHERE state = 'unconfirmed'),
                (SELECT count(*) FROM payments.delivery WHERE state = 'doubtful')";
                let figures = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
                let sql = "SELECT reason, sum(count)::bigint FROM payments.refused WHERE hour >= $1
                       GROUP BY reason ORDER BY reason";
                let refused = sqlx::query_as(sql).bind(hour).fetch_all(&mut *connection).await?;
                let sql = "SELECT provider, endpoint, count(*) FROM payments.delivery
                           WHERE state = 'unconfirmed' GROUP BY provider, endpoint";
                Ok((figures, refused, sqlx::query_as(sql).fetch_all(connection).await?))
            }))?;
        let unconfirmed = unconfirmed.into_iter().map(|(provider, endpoint, count)| {
            let provider = ProviderId::new(provider).map_err(StoreError::not_done)?;
            let endpoint = EndpointName::new(endpoint).map_err(StoreError::not_done)?;
            Ok((provider, endpoint, count.unsigned_abs()))
        });
        Ok(InboxCounts {
            unconfirmed: unconfirmed.collect::<Result<_, StoreError>>()?,
            oldest_unconfirmed: oldest.map(Timestamp::from_unix),
            doubtful: doubtful.unsigned_abs(),
            refused: refused
                .into_iter()
                .map(|(reason, count)| (reason, count.unsigned_abs()))
                .collect(),
        })
    }

    fn progress(&mut self, provider: &ProviderId) -> Result<Option<String>, StoreError> {
        let key = format!("statements {provider}");
        let sql = "SELECT value FROM payments.meta WHERE key = $1";
        self.0.run(work!(|connection| {
            sqlx::query_scalar(sql).bind(key).fetch_optional(connection).await
        }))
    }

    fn set_progress(&mut self, provider: &ProviderId, progress: &str) -> Result<(), StoreError> {
        let (key, progress) = (format!("statements {provider}"), progress.to_owned());
        let sql = "INSERT INTO payments.meta (key, value) VALUES ($1, $2)
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.0.run(work!(|connection| {
            sqlx::query(sql).bind(key).bind(progress).execute(connection).await.map(|_| ())
        }))
    }
}

/// Returns the place of a delivery's events.
fn of_events(digest: &str) -> Place<'_> {
    Place { table: "delivery events", subject: digest }
}

/// Returns the place of a delivery's request.
fn of_request(digest: &str) -> Place<'_> {
    Place { table: "delivery request", subject: digest }
}

fn delivery(seal: &Seal, columns: Columns) -> Result<StoredDelivery, StoreError> {
    let (number, provider, endpoint, digest, received_at, verdict, is_unsigned, changed_at, events) =
        columns;
    let events = seal.open(of_events(&hex::encode(&digest)), &events)?;
    Ok(StoredDelivery {
        number: number.unsigned_abs(),
        provider: ProviderId::new(provider).map_err(StoreError::not_done)?,
        endpoint: EndpointName::new(endpoint).map_err(StoreError::not_done)?,
        digest: digest
            .try_into()
            .map_err(|_| StoreError::not_done("a stored digest has another length"))?,
        received_at: Timestamp::from_unix(received_at),
        verdict,
        is_unsigned,
        changed_at: Timestamp::from_unix(changed_at),
        events,
    })
}
