//! Checks that a PostgreSQL store is still the same. A restored dump, a promoted standby and a
//! server that was recovered to an earlier time are older copies of it.

use sqlx::postgres::PgConnection;

use crate::store::restored::Found;

/// Selects the identity of the database: the system identifier and the timeline of its server, and
/// the object identifier of a table, which changes when a dump is restored.
const IDENTITY: &str = "SELECT concat_ws(' ',
        (SELECT system_identifier FROM pg_control_system()),
        substring(pg_walfile_name(pg_current_wal_lsn()) FOR 8),
        'payments.meta'::regclass::oid)";

const PUT: &str = "INSERT INTO payments.meta (key, value) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// The count of starts, the identity, the reason that was found, the last start that gave a provider
/// a new name, and the last start before a person accepted an older copy.
type Remembered = (Option<i64>, Option<String>, Option<String>, Option<i64>, Option<i64>);

/// Compares the store with its identity when it was last accepted, and returns why it seems to be
/// an older copy, if it does, and whether a person accepted one. A reason that was found stays until
/// a person accepts the store.
///
/// `start` is the number of this engine's start, if it is counted already.
pub(super) async fn check(
    connection: &mut PgConnection,
    start: Option<i64>,
) -> Result<Found, sqlx::Error> {
    let identity: String = sqlx::query_scalar(IDENTITY).fetch_one(&mut *connection).await?;
    let sql = "SELECT (SELECT value::bigint FROM payments.meta WHERE key = 'starts'),
        (SELECT value FROM payments.meta WHERE key = 'identity'),
        (SELECT value FROM payments.meta WHERE key = 'restored'),
        (SELECT value::bigint FROM payments.meta WHERE key = 'renamed_by'),
        (SELECT value::bigint FROM payments.meta WHERE key = 'accepted')";
    let (starts, known, why, renamed_by, accepted): Remembered =
        sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    let accepted = accepted.unwrap_or(0).unsigned_abs();
    if why.is_some() {
        return Ok(Found { why, accepted });
    }
    if start.is_some_and(|start| Some(start) < renamed_by) {
        // An engine that was stopped for long, and still has the old name.
        let why = "a later engine gave a provider a new name: start this engine again with the same \
                   configuration";
        return Ok(Found { why: Some(why.to_owned()), accepted });
    }
    let starts = starts.unwrap_or(0);
    let why = match (known, start) {
        (Some(known), _) if known != identity => Some(difference(&known, &identity)),
        (_, Some(start)) if start > starts => Some(format!(
            "the store knows {starts} starts of the engine, and this one is start {start}: it is \
             an older copy"
        )),
        (Some(_), _) => None,
        (None, _) => {
            sqlx::query(PUT).bind("identity").bind(identity).execute(&mut *connection).await?;
            None
        }
    };
    if let Some(why) = &why {
        sqlx::query(PUT).bind("restored").bind(why).execute(&mut *connection).await?;
        // The next engine that starts continues counting from here.
        let starts = starts.max(start.unwrap_or(0)).to_string();
        sqlx::query(PUT).bind("starts").bind(starts).execute(connection).await?;
    }
    Ok(Found { why, accepted })
}

/// Records that the engine of this start gave a provider a new name.
pub(super) async fn names_changed(
    connection: &mut PgConnection,
    start: i64,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(PUT).bind("renamed_by").bind(start.to_string());
    query.execute(connection).await.map(|_| ())
}

/// Accepts the store as it is, for good. Engines that run, and those that start later, ask about
/// what every start up to now recorded before they send it.
pub(super) async fn accept(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let identity: String = sqlx::query_scalar(IDENTITY).fetch_one(&mut *connection).await?;
    sqlx::query(PUT).bind("identity").bind(identity).execute(&mut *connection).await?;
    let sql = "INSERT INTO payments.meta (key, value)
        SELECT 'accepted', value FROM payments.meta WHERE key = 'starts'
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    sqlx::query(sql).execute(&mut *connection).await?;
    let sql = "DELETE FROM payments.meta WHERE key = 'restored'";
    sqlx::query(sql).execute(connection).await.map(|_| ())
}

/// Describes the change between two identities.
fn difference(known: &str, now: &str) -> String {
    let part = |text: &str, place| text.split(' ').nth(place).unwrap_or_default().to_owned();
    let changed = |place| part(known, place) != part(now, place);
    if changed(0) {
        format!(
            "the store is on another PostgreSQL server than before (system identifier {}, before \
             {}): it is a dump that was restored, or a copy",
            part(now, 0),
            part(known, 0)
        )
    } else if changed(1) {
        format!(
            "the PostgreSQL server of the store is on timeline {}, and was on {}: a standby was \
             promoted, or an earlier state was recovered",
            part(now, 1),
            part(known, 1)
        )
    } else {
        "the tables of the store were created again: it is a dump that was restored".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_changed_is_said() {
        let known = "77138 00000001 16400";
        for (now, said) in [
            ("77139 00000001 16400", "another PostgreSQL server"),
            ("77138 00000002 16400", "on timeline 00000002, and was on 00000001"),
            ("77138 00000001 16401", "a dump that was restored"),
        ] {
            assert!(difference(known, now).contains(said), "{}", difference(known, now));
        }
    }
}
