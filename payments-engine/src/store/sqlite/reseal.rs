//! Seals the rows of a SQLite file with another key, or with the new name of a provider.

use rusqlite::{Connection, params};

use crate::{
    sealing::Seal,
    store::{
        Renaming, Resealed, StoreError,
        reseal::{Key, SEALED, Subject},
    },
};

pub(super) fn reseal(
    connection: &Connection,
    seal: &Seal,
    column: usize,
    after: &(String, String),
    most: usize,
    renaming: Option<&Renaming>,
) -> Result<Option<Resealed>, StoreError> {
    let Some(sealed) = SEALED.get(column) else { return Ok(None) };
    let (table, name) = (format!("payments_{}", sealed.table), sealed.column);
    let (one, other) = sealed.key.parts();
    let subject = match sealed.subject {
        Subject::Column(column) => column,
        Subject::Credit => "provider || ' ' || key",
        Subject::Digest => "lower(hex(digest))",
    };
    let (later, order, same) = match sealed.key {
        Key::Text(column) => {
            (format!("{column} > ?1"), column.to_owned(), format!("{column} = ?2"))
        }
        Key::Credit => (
            "(provider, key) > (?1, ?2)".to_owned(),
            "provider, key".to_owned(),
            "provider = ?2 AND key = ?3".to_owned(),
        ),
        Key::Number => (
            "number > cast(?1 AS INTEGER)".to_owned(),
            "number".to_owned(),
            "number = cast(?2 AS INTEGER)".to_owned(),
        ),
    };
    let sql = format!(
        "SELECT {one}, {other}, {subject}, {name} FROM {table} WHERE {later}
         ORDER BY {order} LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(StoreError::not_done)?;
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let made = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let rows = statement
        .query_map(params![after.0, after.1, limit], made)
        .map_err(StoreError::not_done)?;
    let rows: Vec<(String, String, String, String)> =
        rows.collect::<Result<_, _>>().map_err(StoreError::not_done)?;
    let sql = format!("UPDATE {table} SET {name} = ?1 WHERE {same} AND ?3 IS NOT NULL");
    let mut update = connection.prepare_cached(&sql).map_err(StoreError::not_done)?;
    let mut changed = 0;
    for (one, other, subject, stored) in &rows {
        let again = sealed.again(seal, (one, other), subject, stored, renaming)?;
        if let Some(again) = again {
            update.execute(params![again, one, other]).map_err(StoreError::not_done)?;
            changed += 1;
        }
    }
    let is_full = rows.len() == most;
    let last = rows.into_iter().next_back().filter(|_| is_full);
    Ok(Some(Resealed { changed, last: last.map(|(one, other, ..)| (one, other)) }))
}
