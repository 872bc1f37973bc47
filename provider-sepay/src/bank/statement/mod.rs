//! The role of statements (source: developer.sepay.vn, SePay API v2: transactions, bank accounts;
//! SePay API v1: transactions, bank accounts).

mod account;
mod by_date;
mod dated_listing;
mod heading;
mod line;
mod v1;
pub(crate) mod v1_reading;
mod v2;

use async_trait::async_trait;
use payments_core::{
    Error, ErrorKind, Listed, Movement, Result, StatementProvider, Timestamp,
    money::Currency,
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};
use serde::{Deserialize, Serialize};

pub(crate) use dated_listing::DatedListing;
pub(crate) use heading::{Heading, readable};
pub(crate) use v1::StatementV1;
pub(crate) use v2::StatementV2;

use crate::{field::civil, limits};
use by_date::{DatePlace, DatedPage, DatedPages, Told, step};
use line::{Entry, Line};

/// Reads the statements of the bank accounts that are linked to SePay.
#[derive(Debug)]
pub(crate) struct Statements {
    capabilities: StatementCapabilities,
    source: Source,
}

/// The version of the User API that the statement is read from. The cursors of one version are not
/// valid in the other.
#[derive(Debug)]
pub(crate) enum Source {
    V1(Box<StatementV1>),
    V2(StatementV2),
}

/// The position of a reader in the statement of v2.
///
/// SePay can continue after the id of a line, but has no id for the beginning. The first pass over
/// more than a page therefore goes by dates, the oldest first. It then continues after the line
/// that was the newest when the pass began, because all lines that arrived meanwhile, even those
/// with an older date, come after that line. A line may therefore be reported twice, under the same
/// key, but no line is missed.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// Nothing was read.
    Start,
    /// The first pass over the statement: the position in it, and the line that was the newest when
    /// the pass began.
    Dates { at: DatePlace, newest: String },
    /// After the line of this id.
    After(String),
}

/// [`Place::Dates`] in a cursor, in Unix seconds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatesCursor {
    newest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The number of lines that were returned in the order of the list, and a hash that identifies
    /// them.
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<(usize, u64)>,
}

const DATES: &str = "dates:";
const V1: &str = "v1:";

impl Statements {
    pub(crate) fn new(source: Source) -> Self {
        let page = match &source {
            Source::V1(_) => limits::USER_API_V1_PER_PAGE,
            Source::V2(_) => limits::USER_API_V2_PER_PAGE,
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

    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
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

async fn v1_entries(api: &StatementV1, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
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

async fn v2_entries(api: &StatementV2, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
    let narrowed = Narrowed { api, filter };
    let (lines, next, more) = match Place::read(after)? {
        Place::Start => narrowed.start().await?,
        Place::Dates { at, newest } => {
            let (lines, next) = step(&narrowed, &at).await?;
            let more = next.is_some();
            (lines, next.map_or_else(|| Cursor::at(&newest), |at| dates(&at, &newest)), more)
        }
        Place::After(id) => {
            let page = narrowed.lines(("since_id", &id), None, None, 1).await?;
            let last = page.lines.iter().rev().find_map(|line| line.id.as_ref());
            let next = last.map_or_else(|| after.clone(), Cursor::at);
            (page.lines, next, page.more)
        }
    };
    let entries = lines.into_iter().filter(|line| is_within(line, filter));
    Ok(Page::new(entries.filter_map(|line| line.row).collect(), next, more))
}

/// The statement for a filter, with SePay's parameters.
struct Narrowed<'a> {
    api: &'a StatementV2,
    filter: &'a StatementFilter,
}

const NEWEST_FIRST: (&str, &str) = ("transaction_date_sort", "desc");
const OLDEST_FIRST: (&str, &str) = ("transaction_date_sort", "asc");

impl Narrowed<'_> {
    /// Requests lines. `from` and `to` replace those of the filter.
    async fn lines(
        &self,
        order: (&str, &str),
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        page: u32,
    ) -> Result<DatedPage<Entry>> {
        let filter = self.filter;
        let from = from.or(filter.from).map(civil);
        let to = to.or(filter.until).map(civil);
        let mut query = vec![order];
        if let Some(account) = &filter.account {
            query.push(("bank_account_id", account.as_str()));
        }
        if let Some(from) = &from {
            query.push(("transaction_date_from", from));
        }
        if let Some(to) = &to {
            query.push(("transaction_date_to", to));
        }
        let keep =
            |line: &Heading<'_>| filter.account.as_ref().is_none_or(|account| line.is_of(account));
        self.api.transactions(&query, page, keep).await
    }

    /// Returns the whole statement if it fits on a page, and otherwise the result of the first step
    /// by dates.
    async fn start(&self) -> Result<(Vec<Line<Entry>>, Cursor, bool)> {
        let mut page = self.lines(NEWEST_FIRST, None, None, 1).await?;
        page.lines.reverse();
        let Some(newest) = page.lines.iter().rev().find_map(|line| line.id.clone()) else {
            return Ok((page.lines, Cursor::start(), false));
        };
        if page.more {
            let (lines, next) = step(self, &DatePlace::Start).await?;
            let more = next.is_some();
            let next = next.map_or_else(|| Cursor::at(&newest), |at| dates(&at, &newest));
            return Ok((lines, next, more));
        }
        Ok((page.lines, Cursor::at(newest), false))
    }
}

#[async_trait]
impl DatedPages for Narrowed<'_> {
    type Row = Entry;

    fn operation(&self) -> &'static str {
        "transactions"
    }

    async fn page(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        page: u32,
    ) -> Result<DatedPage<Entry>> {
        self.lines(OLDEST_FIRST, from, to, page).await
    }
}

/// Returns `true` if a line is within the requested period, in case SePay did not filter by it.
fn is_within(line: &Line<Entry>, filter: &StatementFilter) -> bool {
    is_of_time(line.at, filter)
}

fn is_of_time(at: Option<Timestamp>, filter: &StatementFilter) -> bool {
    let Some(at) = at else { return true };
    filter.from.is_none_or(|from| at >= from) && filter.until.is_none_or(|until| at <= until)
}

/// Removes rows outside the requested period, in case SePay did not filter by it.
fn within(rows: &mut Vec<Listed<Movement>>, filter: &StatementFilter) {
    rows.retain(|row| row.as_result().is_err() || is_of_time(booked_at(row), filter));
}

fn booked_at(row: &Listed<Movement>) -> Option<Timestamp> {
    row.as_result().ok().and_then(|movement| movement.at)
}

fn unknown() -> Error {
    Error::new(ErrorKind::InvalidRequest, "is not a cursor of this provider").with_field("after")
}

fn dates(at: &DatePlace, newest: &str) -> Cursor {
    let seconds = |at: &Timestamp| Some(at.unix_seconds());
    let begun =
        DatesCursor { newest: newest.to_owned(), from: None, ask: None, key: None, told: None };
    let cursor = match at {
        DatePlace::Start => begun,
        DatePlace::From(from) => DatesCursor { from: seconds(from), ..begun },
        DatePlace::After { second, ask } => {
            DatesCursor { from: seconds(second), ask: seconds(ask), ..begun }
        }
        DatePlace::Within { second, key, told } => DatesCursor {
            from: seconds(second),
            key: Some(key.clone()),
            told: told.map(|told| (told.lines, told.digest)),
            ..begun
        },
    };
    // A struct of texts and numbers always serialises.
    Cursor::at(format!("{DATES}{}", serde_json::to_string(&cursor).unwrap_or_default()))
}

impl Place {
    fn read(cursor: &Cursor) -> Result<Self> {
        let Some(place) = cursor.place() else { return Ok(Self::Start) };
        if place.starts_with(V1) {
            return Err(unknown());
        }
        let Some(json) = place.strip_prefix(DATES) else {
            // SePay's ids are UUIDs.
            let is_id = !place.is_empty() && !place.contains(':');
            return is_id.then(|| Self::After(place.to_owned())).ok_or_else(unknown);
        };
        let read: DatesCursor = serde_json::from_str(json).map_err(|_| unknown())?;
        let from = read.from.map(Timestamp::from_unix);
        let at = match (from, read.ask, read.key, read.told) {
            (None, None, None, None) => DatePlace::Start,
            (Some(second), None, None, None) => DatePlace::From(second),
            (Some(second), Some(ask), None, None) => {
                DatePlace::After { second, ask: Timestamp::from_unix(ask) }
            }
            (Some(second), None, Some(key), told) => {
                let told = told.map(|(lines, digest)| Told { lines, digest });
                DatePlace::Within { second, key, told }
            }
            _ => return Err(unknown()),
        };
        match read.newest.is_empty() {
            true => Err(unknown()),
            false => Ok(Self::Dates { at, newest: read.newest }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_given() {
        let second = Timestamp::from_unix(1_679_727_757);
        for at in [
            DatePlace::Start,
            DatePlace::From(second),
            DatePlace::After { second, ask: Timestamp::from_unix(1_679_727_758) },
            DatePlace::Within { second, key: "a:\"b".to_owned(), told: None },
            DatePlace::Within {
                second,
                key: "a".to_owned(),
                told: Some(Told { lines: 100, digest: u64::MAX }),
            },
        ] {
            let cursor = dates(&at, "a1b2");
            let place = Place::Dates { at, newest: "a1b2".to_owned() };
            assert_eq!(Place::read(&cursor).unwrap(), place, "{cursor:?}");
        }
        assert_eq!(Place::read(&Cursor::start()).unwrap(), Place::Start);
        assert_eq!(Place::read(&Cursor::at("a1b2")).unwrap(), Place::After("a1b2".to_owned()));
    }

    #[test]
    fn a_cursor_of_nowhere_is_refused() {
        for place in [
            "",
            "page:2::a",
            "dates:",
            "dates:{}",
            r#"dates:{"newest":""}"#,
            r#"dates:{"newest":"a","ask":1}"#,
            r#"dates:{"newest":"a","key":"x"}"#,
            r#"dates:{"newest":"a","from":1,"ask":1,"key":"x"}"#,
            r#"dates:{"newest":"a","from":"x"}"#,
            r#"dates:{"newest":"a","other":1}"#,
            "v1:49682",
        ] {
            let error = Place::read(&Cursor::at(place)).map(|_| ()).unwrap_err();
            assert_eq!(error.field(), Some("after"), "{place}");
        }
    }
}
