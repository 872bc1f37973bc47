//! The User API v2 as the roles need it: accounts and movements of the core.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{Clock, Listed, Movement, Result, statement::StatementAccount};
use serde_json::value::RawValue;

use super::{
    by_date::{DatedPage, Line},
    rows::{self, Rows},
    whole_list::{NumberedPage, NumberedPages, tell_apart, whole},
};
use crate::{
    map::{self, Heading},
    matching::Matching,
    wire,
};

const ACCOUNTS: &str = "bank_accounts";
pub(super) const TRANSACTIONS: &str = "transactions";

/// What transfers, statements and confirmations are looked up in.
#[derive(Clone)]
pub(crate) struct UserApi {
    rows: Rows,
    clock: Arc<dyn Clock>,
    matching: Option<Arc<Matching>>,
}

/// A line of the statement; without an entry if no money moved, or if it was not asked for.
pub(crate) type Entry = Option<Listed<Movement>>;

impl UserApi {
    /// How often SePay takes a call (developer.sepay.vn, SePay API v2: authentication).
    pub(crate) const CALLS_PER_SECOND: u32 = 3;

    /// The most rows to a page, by the same page.
    pub(crate) const PER_PAGE: usize = 100;

    pub(super) fn new(rows: Rows, clock: Arc<dyn Clock>, matching: Option<Arc<Matching>>) -> Self {
        Self { rows, clock, matching }
    }

    /// Every bank account.
    pub(crate) async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        Ok(whole(ACCOUNTS, &Accounts(self)).await?.rows)
    }

    /// Of every page the lines that `keep` keeps, each once.
    pub(crate) async fn every_line(
        &self,
        query: &[(&str, &str)],
        keep: impl Fn(&Heading<'_>) -> bool + Send + Sync,
    ) -> Result<Vec<Listed<Movement>>> {
        let lines = whole(TRANSACTIONS, &Transactions { api: self, query, keep }).await?;
        Ok(lines.rows.into_iter().flatten().collect())
    }

    /// One page of lines that `keep` keeps.
    pub(crate) async fn transactions(
        &self,
        query: &[(&str, &str)],
        page: u32,
        keep: impl Fn(&Heading<'_>) -> bool,
    ) -> Result<DatedPage<Entry>> {
        let response = self.rows.ask_page(TRANSACTIONS, "/v2/transactions", query, page).await?;
        let list = rows::list(TRANSACTIONS, &response)?;
        let lines = list.rows.iter().map(|json| {
            line(json, |json, heading| {
                let entry = map::row(json, |line: &wire::Transaction<'_>| {
                    map::moved_by(map::key::TRANSACTION, line, self.matching.as_deref())
                });
                entry.filter(|_| keep(heading))
            })
        });
        let mut lines: Vec<_> = lines.collect();
        let unnamed = lines.iter_mut().filter(|line| line.id.is_none());
        tell_apart(unnamed.map(|line| &mut line.key));
        Ok(DatedPage { lines, more: list.more, total: list.total })
    }
}

/// A line as `read` reads it, with its identifier and time.
pub(super) fn line<T>(json: &RawValue, read: impl FnOnce(&RawValue, &Heading<'_>) -> T) -> Line<T> {
    let heading = Heading::of(json);
    let id = heading.id().map(str::to_owned);
    let key = id.clone().unwrap_or_else(|| map::row_key(json));
    Line { key, id, at: heading.at(), row: read(json, &heading) }
}

struct Transactions<'a, K> {
    api: &'a UserApi,
    query: &'a [(&'a str, &'a str)],
    keep: K,
}

#[async_trait]
impl<K: Fn(&Heading<'_>) -> bool + Send + Sync> NumberedPages for Transactions<'_, K> {
    type Row = Entry;

    async fn page(&self, number: u32) -> Result<NumberedPage<Entry>> {
        let page = self.api.transactions(self.query, number, &self.keep).await?;
        let rows = page.lines.into_iter().map(|line| (line.key, line.row)).collect();
        Ok(NumberedPage { rows, more: page.more, total: page.total })
    }
}

struct Accounts<'a>(&'a UserApi);

#[async_trait]
impl NumberedPages for Accounts<'_> {
    type Row = Listed<StatementAccount>;

    async fn page(&self, number: u32) -> Result<NumberedPage<Self::Row>> {
        let Self(api) = self;
        let response = api.rows.ask_page(ACCOUNTS, "/v2/bank-accounts", &[], number).await?;
        let list = rows::list(ACCOUNTS, &response)?;
        let now = api.clock.now();
        let rows = list.rows.iter().filter_map(|json| {
            let read = |row: &wire::BankAccount<'_>| map::account(row, now).map(Some);
            Some((map::row_key(json), map::row(json, read)?))
        });
        let mut rows: Vec<_> = rows.collect();
        let is_unnamed = |row: &Listed<_>| row.as_result().is_err_and(|row| row.id.is_none());
        let unnamed = rows.iter_mut().filter(|(_, row)| is_unnamed(row));
        tell_apart(unnamed.map(|(key, _)| key));
        Ok(NumberedPage { rows, more: list.more, total: list.total })
    }
}

impl std::fmt::Debug for UserApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UserApi").field(&self.rows).finish()
    }
}
