//! Seals the rows of a PostgreSQL store with another key, or with the new name of a provider.

use sqlx::AssertSqlSafe;

use super::rows::{Session, work};
use crate::store::{
    Renaming, Resealed, StoreError,
    reseal::{Key, SEALED, Subject},
};

type Row = (String, String, String, String);

pub(super) fn reseal<S: Session>(
    session: &mut S,
    column: usize,
    after: &(String, String),
    most: usize,
    renaming: Option<&Renaming>,
) -> Result<Option<Resealed>, StoreError> {
    let Some(sealed) = SEALED.get(column) else { return Ok(None) };
    let (table, name) = (format!("payments.{}", sealed.table), sealed.column);
    let (one, other) = sealed.key.parts();
    let subject = match sealed.subject {
        Subject::Column(column) => column,
        Subject::Credit => "provider || ' ' || key",
        Subject::Digest => "encode(digest, 'hex')",
    };
    let (later, order, same) = match sealed.key {
        Key::Text(column) => (
            format!("{column} > $1 AND $2::text IS NOT NULL"),
            column.to_owned(),
            format!("{column} = $2 AND $3::text IS NOT NULL"),
        ),
        Key::Credit => (
            "(provider, key) > ($1, $2)".to_owned(),
            "provider, key".to_owned(),
            "provider = $2 AND key = $3".to_owned(),
        ),
        Key::Number => (
            "number > coalesce(nullif($1, '')::bigint, 0) AND $2::text IS NOT NULL".to_owned(),
            // This is the column itself, not its text, which is selected under the same name.
            format!("{table}.number"),
            "number = $2::bigint AND $3::text IS NOT NULL".to_owned(),
        ),
    };
    // The rows stay locked until they are written.
    let select = format!(
        "SELECT {one}, {other}, {subject}, {name} FROM {table} WHERE {later}
         ORDER BY {order} LIMIT $3 FOR NO KEY UPDATE"
    );
    let (from, limit) = (after.clone(), i64::try_from(most).unwrap_or(i64::MAX));
    let rows: Vec<Row> = session.run(work!(|connection| {
        let query = sqlx::query_as(AssertSqlSafe(select)).bind(from.0).bind(from.1);
        query.bind(limit).fetch_all(connection).await
    }))?;
    let mut changes = Vec::new();
    for (one, other, subject, stored) in &rows {
        let again = sealed.again(session.seal(), (one, other), subject, stored, renaming)?;
        if let Some(again) = again {
            changes.push((again, one.clone(), other.clone()));
        }
    }
    let changed = changes.len() as u64;
    let update = format!("UPDATE {table} SET {name} = $1 WHERE {same}");
    session.run(work!(|connection| {
        for (again, one, other) in changes {
            let query = sqlx::query(AssertSqlSafe(update.clone())).bind(again);
            query.bind(one).bind(other).execute(&mut *connection).await?;
        }
        Ok(())
    }))?;
    let is_full = rows.len() == most;
    let last = rows.into_iter().next_back().filter(|_| is_full);
    Ok(Some(Resealed { changed, last: last.map(|(one, other, ..)| (one, other)) }))
}
