//! The role of telling what arrived and left (developer.sepay.vn, SePay API v2: transactions, bank
//! accounts; SePay API v1: the same).

use async_trait::async_trait;
use payments_core::{
    AccountId, Error, ErrorKind, Movement, Result, StatementProvider, Timestamp,
    money::Currency,
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};

use crate::{
    client::{self, UserApi, V1Statement},
    map, wire,
};

/// Reads the statements of the bank accounts that SePay watches.
#[derive(Debug)]
pub(crate) struct Statements {
    capabilities: StatementCapabilities,
    source: Source,
}

/// Which version of the User API tells it. A cursor of one is none of the other.
#[derive(Debug)]
pub(crate) enum Source {
    V1(Box<V1Statement>),
    V2(UserApi),
}

/// Where a reader of v2's statement is.
///
/// SePay goes on after a line by its id, but has no id of a beginning. The first reading of more
/// than a page therefore goes by dates, oldest first, and goes on after the line that was the newest
/// when it began: whatever came meanwhile, also with an older date, came after that one. A line may
/// so be told twice, under its one key, and none is left out.
///
/// It goes by numbers of pages only inside a second of more than a page: SePay keeps lines for some
/// days only (`data_storage_time`), and what it forgets moves every later page, perhaps past a
/// reader who comes back tomorrow.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// Nothing was read.
    Start,
    /// The first reading: from when, on which page of that, and which line was the newest when it
    /// began.
    Page { from: Option<Timestamp>, page: u32, newest: &'a str },
    /// After the line of this id.
    After(&'a str),
}

const PAGE: &str = "page:";
const V1: &str = "v1:";

impl Statements {
    pub(crate) fn new(source: Source) -> Self {
        let page = match &source {
            Source::V1(_) => V1Statement::PER_PAGE,
            Source::V2(_) => UserApi::PER_PAGE,
        };
        let capabilities =
            StatementCapabilities::new(vec![Currency::VND], page).with_outgoing().with_balances();
        Self { capabilities, source }
    }
}

#[async_trait]
impl StatementProvider for Statements {
    fn capabilities(&self) -> &StatementCapabilities {
        &self.capabilities
    }

    async fn accounts(&self) -> Result<Vec<StatementAccount>> {
        match &self.source {
            Source::V1(api) => api.accounts().await,
            Source::V2(api) => api.accounts().await,
        }
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        match &self.source {
            Source::V1(api) => v1_entries(api, after, filter).await,
            Source::V2(api) => v2_entries(api, after, filter).await,
        }
    }
}

async fn v1_entries(api: &V1Statement, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
    let last = match after.place() {
        None => None,
        Some(place) => Some(
            place.strip_prefix(V1).and_then(|number| number.parse().ok()).ok_or_else(unknown)?,
        ),
    };
    let (mut read, last) = api.page(last, filter).await?;
    within(&mut read.rows, filter);
    let next = last.map_or_else(Cursor::start, |number| Cursor::at(format!("{V1}{number}")));
    Ok(Page::new(read.rows, next, read.more))
}

async fn v2_entries(api: &UserApi, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
    let narrowed = Narrowed::by(filter);
    let (mut read, next) = match Place::read(after)? {
        Place::Start => {
            let newest_first = ("transaction_date_sort", "desc");
            let mut newest = narrowed.lines(api, newest_first, None, 1).await?;
            match newest.first.take() {
                Some(first) if newest.more => narrowed.first_reading(api, None, 1, &first).await?,
                first => {
                    newest.movements.reverse();
                    (newest, first.map_or_else(Cursor::start, Cursor::at))
                }
            }
        }
        Place::Page { from, page, newest } => {
            narrowed.first_reading(api, from, page, newest).await?
        }
        Place::After(id) => {
            let read = narrowed.lines(api, ("since_id", id), None, 1).await?;
            let next = read.last.as_deref().map_or_else(|| after.clone(), Cursor::at);
            (read, next)
        }
    };
    within(&mut read.movements, filter);
    Ok(Page::new(read.movements, next, read.more))
}

/// A filter in SePay's words.
struct Narrowed<'a> {
    account: Option<&'a AccountId>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl<'a> Narrowed<'a> {
    fn by(filter: &'a StatementFilter) -> Self {
        Self { account: filter.account.as_ref(), from: filter.from, until: filter.until }
    }

    /// `from` goes before that of the filter.
    async fn lines(
        &self,
        api: &UserApi,
        order: (&str, &str),
        from: Option<Timestamp>,
        page: u32,
    ) -> Result<client::Page> {
        let (from, until) = (from.or(self.from).map(wire::civil), self.until.map(wire::civil));
        let mut query = vec![order];
        if let Some(account) = self.account {
            query.push(("bank_account_id", account.as_str()));
        }
        if let Some(from) = &from {
            query.push(("transaction_date_from", from));
        }
        if let Some(until) = &until {
            query.push(("transaction_date_to", until));
        }
        let account = self.account;
        let kept = |line: &wire::Transaction<'_>| account.is_none_or(|id| map::is_of(line, id));
        api.transactions(&query, page, kept).await
    }

    /// The lines of a page, but those of its last second, from which the next page goes on: so
    /// nothing is told twice, and nothing hangs on the number of a page.
    async fn first_reading(
        &self,
        api: &UserApi,
        from: Option<Timestamp>,
        page: u32,
        newest: &str,
    ) -> Result<(client::Page, Cursor)> {
        // From a second earlier, should SePay leave out the one that it is asked from.
        let asked = from.map(|from| Timestamp::from_unix(from.unix_seconds().saturating_sub(1)));
        let mut read = self.lines(api, ("transaction_date_sort", "asc"), asked, page).await?;
        let told = |line: &Movement| from.is_some_and(|from| line.at.is_some_and(|at| at < from));
        read.movements.retain(|line| !told(line));
        if !read.more {
            return Ok((read, Cursor::at(newest)));
        }
        let (from, page) = match last_second(&read.movements, from) {
            Some(second) => {
                read.movements.retain(|line| line.at != Some(second));
                (Some(second), 1)
            }
            None => (from, page.saturating_add(1)),
        };
        let from = from.map_or_else(String::new, |from| from.unix_seconds().to_string());
        Ok((read, Cursor::at(format!("{PAGE}{page}:{from}:{newest}"))))
    }
}

/// The second of the last line, if it is later than `from` and than the first line.
fn last_second(lines: &[Movement], from: Option<Timestamp>) -> Option<Timestamp> {
    let (first, last) = (lines.first()?.at?, lines.last()?.at?);
    (last > first && from.is_none_or(|from| last > from)).then_some(last)
}

/// Leaves out what is not of the time asked for, should SePay not have done so.
fn within(lines: &mut Vec<Movement>, filter: &StatementFilter) {
    lines.retain(|line| {
        let after = |from| line.at.is_none_or(|at| at >= from);
        let before = |until| line.at.is_none_or(|at| at <= until);
        filter.from.is_none_or(after) && filter.until.is_none_or(before)
    });
}

fn unknown() -> Error {
    Error::new(ErrorKind::InvalidRequest, "is no cursor of this provider").with_field("after")
}

impl<'a> Place<'a> {
    fn read(cursor: &'a Cursor) -> Result<Self> {
        let Some(place) = cursor.place() else { return Ok(Self::Start) };
        if place.starts_with(V1) {
            return Err(unknown());
        }
        let Some(page) = place.strip_prefix(PAGE) else { return Ok(Self::After(place)) };
        let mut parts = page.splitn(3, ':');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let (page, from, newest) = (part(), part(), part());
        let (Some(page), Some(newest)) = (page.and_then(|page| page.parse().ok()), newest) else {
            return Err(unknown());
        };
        let from = from.map(|from| from.parse().map(Timestamp::from_unix)).transpose();
        Ok(Self::Page { from: from.map_err(|_| unknown())?, page, newest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_given() {
        for (cursor, place) in [
            (Cursor::start(), Place::Start),
            (Cursor::at("page:3::a1b2"), Place::Page { from: None, page: 3, newest: "a1b2" }),
            (
                Cursor::at("page:1:1679727757:a1b2"),
                Place::Page {
                    from: Some(Timestamp::from_unix(1_679_727_757)),
                    page: 1,
                    newest: "a1b2",
                },
            ),
            (Cursor::at("a1b2"), Place::After("a1b2")),
        ] {
            assert_eq!(Place::read(&cursor).unwrap(), place);
        }
    }

    #[test]
    fn a_cursor_of_nowhere_is_refused() {
        for place in
            ["page:x", "page:2", "page:2:", "page:2::", "page:::a", "page:2:x:a", "v1:49682"]
        {
            let error = Place::read(&Cursor::at(place)).map(|_| ()).unwrap_err();
            assert_eq!(error.field(), Some("after"), "{place}");
        }
    }
}
