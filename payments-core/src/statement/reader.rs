//! Reading a statement entry by entry.

use std::fmt;
use std::sync::Arc;

use super::{Cursor, StatementFilter, StatementProvider};
use crate::{Error, ErrorKind, Listed, Movement, Result};

/// Reads the entries of a statement one by one, with at most one page in memory.
///
/// ```
/// use payments_core::{Listed, Provider, Result, statement::{Cursor, StatementFilter, StatementReader}};
///
/// async fn reconcile(provider: &Provider, kept: Cursor) -> Result<Cursor> {
///     let statements = provider.statements()?.clone();
///     let mut reader = StatementReader::new(statements, kept, StatementFilter::new());
///     while let Some(entry) = reader.next().await? {
///         match entry {
///             Listed::Read(entry) => println!("{} {:?}", entry.amount, entry.order), // see below
///             Listed::Unreadable(row) => println!("a person has to look at it: {row}"),
///         }
///     }
///     Ok(reader.cursor().clone()) // keep it: the next time only what is new is read
/// }
/// # let _ = reconcile;
/// ```
///
/// After an error, the next call to [`next`](Self::next) requests the same page: no entry is
/// missed, but one may be returned a second time, under the same key. Store each entry once per
/// provider and key, and count its money only if no other source has reported it: a webhook reports
/// the same transfer under a key of another scope. [`match_credit`](crate::match_credit) decides
/// both.
pub struct StatementReader {
    provider: Arc<dyn StatementProvider>,
    filter: StatementFilter,
    /// The cursor at which the page in memory begins.
    begun: Cursor,
    /// The cursor at which the page after it begins.
    next: Cursor,
    page: std::vec::IntoIter<Listed<Movement>>,
    more: bool,
}

impl StatementReader {
    /// Creates a reader of the entries after `after`.
    pub fn new(
        provider: Arc<dyn StatementProvider>,
        after: Cursor,
        filter: StatementFilter,
    ) -> Self {
        Self {
            provider,
            filter,
            begun: after.clone(),
            next: after,
            page: Vec::new().into_iter(),
            more: true,
        }
    }

    /// Returns the next entry, oldest first, or `None` if there are no more entries for now. An
    /// entry that cannot be read needs a person, but reading can continue after it.
    ///
    /// # Errors
    /// The request to the gateway failed, its response could not be read as a list, or the provider
    /// does not know the cursor. Returns [`Malformed`](crate::ErrorKind::Malformed) if a page
    /// claims that there are more entries but its cursor leads back to itself.
    pub async fn next(&mut self) -> Result<Option<Listed<Movement>>> {
        loop {
            if let Some(entry) = self.page.next() {
                return Ok(Some(entry));
            }
            if !self.more {
                return Ok(None);
            }
            let page = self.provider.entries(&self.next, &self.filter).await?;
            if page.more && page.next == self.next {
                let message = "the page's cursor leads back to it: the statement would never end";
                return Err(Error::new(ErrorKind::Malformed, message).with_operation("entries"));
            }
            self.begun = std::mem::replace(&mut self.next, page.next);
            self.page = page.entries.into_iter();
            self.more = page.more;
        }
    }

    /// Returns the cursor from which to continue later. While the current page has unread entries,
    /// it is the cursor at which that page begins, so some entries are then returned a second time,
    /// under the same keys.
    pub fn cursor(&self) -> &Cursor {
        if self.page.len() == 0 { &self.next } else { &self.begun }
    }
}

impl fmt::Debug for StatementReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatementReader")
            .field("cursor", self.cursor())
            .field("in_memory", &self.page.len())
            .field("more", &self.more)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::{
        DedupeKey, Direction,
        money::{Currency, Money},
        statement::{Page, StatementAccount, StatementCapabilities},
    };

    /// Three pages of two entries; the second fails the first time. The fourth is empty, the fifth
    /// leads to itself, and the sixth is empty with two entries after it.
    struct Bank {
        capabilities: StatementCapabilities,
        failed: Mutex<bool>,
    }

    #[async_trait]
    impl StatementProvider for Bank {
        fn capabilities(&self) -> &StatementCapabilities {
            &self.capabilities
        }

        async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
            Ok(Vec::new())
        }

        async fn entries(&self, after: &Cursor, _: &StatementFilter) -> Result<Page> {
            let page: i64 = after.place().map_or(0, |place| place.parse().unwrap());
            if page == 1 && !std::mem::replace(&mut *self.failed.lock().unwrap(), true) {
                return Err(Error::new(ErrorKind::Unavailable, "later"));
            }
            let entries =
                (page * 2..page * 2 + 2).filter(|_| page < 3 || page == 6).map(|number| {
                    let key = DedupeKey::new("bank.entry", number.to_string()).unwrap();
                    Movement::new(key, Direction::In, Money::vnd(number + 1)).into()
                });
            let next = if page == 4 { page } else { page + 1 };
            Ok(Page::new(
                entries.collect(),
                Cursor::at(next.to_string()),
                matches!(page, 0 | 1 | 4 | 5),
            ))
        }
    }

    fn reader(after: Cursor) -> StatementReader {
        let capabilities = StatementCapabilities::new(vec![Currency::VND], 2);
        let bank = Bank { capabilities, failed: Mutex::new(false) };
        StatementReader::new(Arc::new(bank), after, StatementFilter::new())
    }

    #[tokio::test]
    async fn every_entry_is_told_once_in_order_and_a_failed_page_is_asked_for_again() {
        let mut reader = reader(Cursor::start());
        let (mut told, mut failures) = (Vec::new(), 0);
        loop {
            match reader.next().await {
                Ok(Some(entry)) => told.push(entry.into_result().unwrap().amount.minor()),
                Ok(None) => break,
                Err(_) => failures += 1,
            }
        }
        assert_eq!((told, failures), (vec![1, 2, 3, 4, 5, 6], 1));
        assert_eq!(reader.cursor(), &Cursor::at("3"));
        assert_eq!(reader.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_page_that_leads_to_itself_is_an_error_and_not_read_for_ever() {
        let mut reader = reader(Cursor::at("4"));
        assert_eq!(reader.next().await.unwrap_err().kind(), ErrorKind::Malformed);
    }

    #[tokio::test]
    async fn an_empty_page_with_more_to_come_ends_nothing() {
        let mut reader = reader(Cursor::at("5"));
        let first = reader.next().await.unwrap().unwrap().into_result().unwrap();
        assert_eq!(first.amount, Money::vnd(13));
    }

    #[tokio::test]
    async fn a_cursor_kept_in_the_middle_of_a_page_leaves_nothing_out() {
        let mut first = reader(Cursor::start());
        first.next().await.unwrap();
        assert_eq!(first.cursor(), &Cursor::start());
        first.next().await.unwrap();
        assert_eq!(first.cursor(), &Cursor::at("1"));
    }
}
