//! Reads a statement page by page.

use payments_core::{
    Listed, Movement, StatementProvider,
    statement::{Cursor, StatementAccount, StatementFilter},
};

use crate::{
    Flaw, Operation,
    flaw::{InFlaw as _, answered},
};

/// The maximum number of pages of a statement. One with more pages counts as endless.
const MOST_PAGES: usize = 1_000;

/// Reads a statement from a cursor to its end. A statement without an end is a flaw.
pub(crate) async fn walk(
    role: &dyn StatementProvider,
    after: &Cursor,
    filter: &StatementFilter,
) -> Result<(Vec<Movement>, Cursor), Flaw> {
    walk_while(role, after, filter, async || Ok(())).await
}

/// Reads a statement from a cursor to its end, and calls `happens` between two pages.
pub(crate) async fn walk_while(
    role: &dyn StatementProvider,
    after: &Cursor,
    filter: &StatementFilter,
    mut happens: impl AsyncFnMut() -> Result<(), Flaw>,
) -> Result<(Vec<Movement>, Cursor), Flaw> {
    let (operation, most) = (Operation::Entries, role.capabilities().page);
    let (mut entries, mut cursor) = (Vec::new(), after.clone());
    for _ in 0..MOST_PAGES {
        let page = answered(operation, role.entries(&cursor, filter).await)?;
        let number = page.entries.len();
        Flaw::unless(number <= most, format!("at most {most} entries, as declared"), number)
            .in_call(operation)?;
        entries.extend(readable(page.entries, operation)?);
        cursor = page.next;
        if !page.more {
            return Ok((entries, cursor));
        }
        happens().await?;
    }
    Err(Flaw::new("a last page", format!("{MOST_PAGES} pages and more")).in_call(operation))
}

/// Returns the whole statement.
pub(crate) async fn all(
    role: &dyn StatementProvider,
    filter: &StatementFilter,
) -> Result<Vec<Movement>, Flaw> {
    walk(role, &Cursor::start(), filter).await.map(|(entries, _)| entries)
}

/// Returns the merchant's accounts.
pub(crate) async fn accounts(role: &dyn StatementProvider) -> Result<Vec<StatementAccount>, Flaw> {
    let operation = Operation::Accounts;
    readable(answered(operation, role.accounts().await)?, operation)
}

/// Returns the rows of an unchanged list, each of which must be readable.
fn readable<T>(rows: Vec<Listed<T>>, operation: Operation) -> Result<Vec<T>, Flaw> {
    let read = |row: Listed<T>| {
        row.into_result().map_err(|row| Flaw::new("rows that can be read", row).in_call(operation))
    };
    rows.into_iter().map(read).collect()
}
