//! The role of telling what arrived and left (developer.sepay.vn, SePay API v2: transactions, bank
//! accounts).

use async_trait::async_trait;
use payments_core::{
    Error, Result, StatementProvider, Timestamp,
    money::Currency,
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};

use crate::{
    client::{self, UserApi},
    map,
};

/// Reads the statements of the bank accounts that SePay watches.
#[derive(Debug)]
pub(crate) struct Statements {
    capabilities: StatementCapabilities,
    api: UserApi,
}

/// Where a reader of the statement is.
///
/// SePay goes on after a line by its id, but has no id of a beginning. The first reading therefore
/// goes by pages, oldest first, where what arrives meanwhile comes last; only then does the id of
/// the last line take over. A line may so be told twice, under its one key, and none is left out.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// The first reading, at this page.
    Page(u32),
    /// After the line of this id.
    After(&'a str),
}

const PAGE: &str = "page:";

impl Statements {
    pub(crate) fn new(api: UserApi) -> Self {
        let capabilities = StatementCapabilities::new(vec![Currency::VND], UserApi::PER_PAGE)
            .with_outgoing()
            .with_balances();
        Self { capabilities, api }
    }
}

#[async_trait]
impl StatementProvider for Statements {
    fn capabilities(&self) -> &StatementCapabilities {
        &self.capabilities
    }

    async fn accounts(&self) -> Result<Vec<StatementAccount>> {
        self.api.accounts().await
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        let place = Place::read(after)?;
        let civil = |moment: Timestamp| moment.vietnam_civil("%Y-%m-%d %H:%M:%S");
        let (from, until) = (filter.from.map(civil), filter.until.map(civil));
        let mut query = Vec::with_capacity(5);
        match place {
            Place::Page(_) => query.push(("transaction_date_sort", "asc")),
            Place::After(id) => query.push(("since_id", id)),
        }
        if let Some(account) = &filter.account {
            query.push(("bank_account_id", account.as_str()));
        }
        if let Some(from) = &from {
            query.push(("transaction_date_from", from));
        }
        if let Some(until) = &until {
            query.push(("transaction_date_to", until));
        }
        let mut read = self
            .api
            .transactions(&query, place.page(), |line| {
                filter.account.as_ref().is_none_or(|account| map::is_of(line, account))
            })
            .await?;
        read.movements.retain(|line| {
            let after = |from| line.at.is_none_or(|at| at >= from);
            let before = |until| line.at.is_none_or(|at| at <= until);
            filter.from.is_none_or(after) && filter.until.is_none_or(before)
        });
        let (next, more) = (place.next(after, &read), read.more);
        Ok(Page::new(read.movements, next, more))
    }
}

impl<'a> Place<'a> {
    fn read(cursor: &'a Cursor) -> Result<Self> {
        match cursor.place() {
            None => Ok(Self::Page(1)),
            Some(place) => match place.strip_prefix(PAGE) {
                None => Ok(Self::After(place)),
                Some(page) => page
                    .parse()
                    .map(Self::Page)
                    .map_err(|_| Error::invalid("after", "is no cursor of this provider")),
            },
        }
    }

    fn page(&self) -> u32 {
        match self {
            Self::Page(page) => *page,
            Self::After(_) => 1,
        }
    }

    /// Where to go on after what was read; where nothing new was, at the same place.
    fn next(&self, now: &Cursor, read: &client::Page) -> Cursor {
        match (self, &read.last) {
            (Self::Page(page), Some(_)) if read.more => {
                Cursor::at(format!("{PAGE}{}", page.saturating_add(1)))
            }
            (_, Some(last)) => Cursor::at(last.as_str()),
            (_, None) => now.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(last: Option<&str>, more: bool) -> client::Page {
        client::Page { movements: Vec::new(), last: last.map(str::to_owned), more }
    }

    #[test]
    fn the_first_reading_goes_by_pages_and_later_ones_by_the_last_line() {
        for (cursor, last, more, next) in [
            (Cursor::start(), Some("a"), true, Cursor::at("page:2")),
            (Cursor::at("page:2"), Some("b"), true, Cursor::at("page:3")),
            (Cursor::at("page:3"), Some("c"), false, Cursor::at("c")),
            (Cursor::at("c"), Some("d"), true, Cursor::at("d")),
            (Cursor::at("c"), Some("d"), false, Cursor::at("d")),
            (Cursor::at("c"), None, false, Cursor::at("c")),
            (Cursor::start(), None, false, Cursor::start()),
            (Cursor::at("page:3"), None, false, Cursor::at("page:3")),
        ] {
            let place = Place::read(&cursor).unwrap();
            assert_eq!(place.next(&cursor, &read(last, more)), next, "{cursor:?}");
        }
    }

    #[test]
    fn a_cursor_of_nowhere_is_refused() {
        let error = Place::read(&Cursor::at("page:x")).map(|_| ()).unwrap_err();
        assert_eq!(error.field(), Some("after"));
    }
}
