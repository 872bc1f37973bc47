//! A statement page by page.

use payments_core::{
    Movement, StatementProvider,
    statement::{Cursor, StatementFilter},
};

use crate::{Flaw, Operation};

/// A statement of more pages never ends.
pub(crate) const MOST_PAGES: usize = 1_000;

/// Walks from a cursor to the end. A statement that never ends is not one.
pub(crate) async fn walk(
    role: &dyn StatementProvider,
    after: &Cursor,
    filter: &StatementFilter,
) -> Result<(Vec<Movement>, Cursor), Flaw> {
    let operation = Operation::Entries;
    let (mut entries, mut cursor) = (Vec::new(), after.clone());
    for _ in 0..MOST_PAGES {
        let page = role.entries(&cursor, filter).await;
        let page = page.map_err(|error| Flaw::refused(operation, &error))?;
        if page.entries.len() > role.capabilities().page {
            let expected = format!("at most {} entries, as declared", role.capabilities().page);
            return Err(Flaw::new(expected, format!("{}", page.entries.len())).in_call(operation));
        }
        entries.extend(readable(page.entries, operation)?);
        cursor = page.next;
        if !page.more {
            return Ok((entries, cursor));
        }
    }
    Err(Flaw::new("a last page", format!("{MOST_PAGES} pages and more")).in_call(operation))
}

/// The rows of an unchanged list, each of which can be read.
pub(crate) fn readable<T>(
    rows: Vec<payments_core::Listed<T>>,
    operation: Operation,
) -> Result<Vec<T>, Flaw> {
    let read = |row: payments_core::Listed<T>| {
        row.into_result().map_err(|row| Flaw::new("rows that can be read", row).in_call(operation))
    };
    rows.into_iter().map(read).collect()
}
