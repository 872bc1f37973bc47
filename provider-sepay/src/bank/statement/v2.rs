//! The statement by the User API v2.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{Clock, Listed, Movement, Result, statement::StatementAccount};

use super::{
    account::account,
    by_date::DatedPage,
    heading::Heading,
    line::{Entry, line},
};
use crate::{
    bank::{
        api,
        movement::moved_by,
        payment_code::Matching,
        rows::{self, Rows},
        whole_list::{NumberedPage, NumberedPages, tell_apart, whole},
        wire,
    },
    client::Request,
    dedupe_scope,
    field::{row, row_key},
};

/// The statement in which transfers, statements and confirmations are looked up.
#[derive(Clone)]
pub(crate) struct StatementV2 {
    rows: Rows,
    clock: Arc<dyn Clock>,
    matching: Option<Arc<Matching>>,
}

impl StatementV2 {
    pub(crate) fn new(rows: Rows, clock: Arc<dyn Clock>, matching: Option<Arc<Matching>>) -> Self {
        Self { rows, clock, matching }
    }

    /// Returns every bank account.
    pub(crate) async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        Ok(whole(api::BANK_ACCOUNTS.name, &Accounts(self)).await?.rows)
    }

    /// Returns each line once for which `keep` returns `true`, from all pages.
    pub(crate) async fn every_line(
        &self,
        query: &[(&str, &str)],
        keep: impl Fn(&Heading<'_>) -> bool + Send + Sync,
    ) -> Result<Vec<Listed<Movement>>> {
        let lines = whole(api::TRANSACTIONS.name, &Transactions { api: self, query, keep }).await?;
        Ok(lines.rows.into_iter().flatten().collect())
    }

    /// Returns the lines of one page for which `keep` returns `true`.
    pub(crate) async fn transactions(
        &self,
        query: &[(&str, &str)],
        page: u32,
        keep: impl Fn(&Heading<'_>) -> bool,
    ) -> Result<DatedPage<Entry>> {
        let request = Request::to(&api::TRANSACTIONS).with_query(query);
        let response = self.rows.ask_page(&request, page).await?;
        let list = rows::raw_page(&response)?;
        let lines = list.rows.iter().map(|json| {
            line(json, |json, heading| {
                let entry = row(json, |line: &wire::Transaction<'_>| {
                    moved_by(dedupe_scope::TRANSACTION, line, self.matching.as_deref())
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

struct Transactions<'a, K> {
    api: &'a StatementV2,
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

struct Accounts<'a>(&'a StatementV2);

#[async_trait]
impl NumberedPages for Accounts<'_> {
    type Row = Listed<StatementAccount>;

    async fn page(&self, number: u32) -> Result<NumberedPage<Self::Row>> {
        let Self(statement) = self;
        let response = statement.rows.ask_page(&Request::to(&api::BANK_ACCOUNTS), number).await?;
        let list = rows::raw_page(&response)?;
        let now = statement.clock.now();
        let rows = list.rows.iter().filter_map(|json| {
            let read = |row: &wire::BankAccount<'_>| account(row, now).map(Some);
            Some((row_key(json), row(json, read)?))
        });
        let mut rows: Vec<_> = rows.collect();
        let is_unnamed = |row: &Listed<_>| row.as_result().is_err_and(|row| row.id.is_none());
        let unnamed = rows.iter_mut().filter(|(_, row)| is_unnamed(row));
        tell_apart(unnamed.map(|(key, _)| key));
        Ok(NumberedPage { rows, more: list.more, total: list.total })
    }
}

impl std::fmt::Debug for StatementV2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("StatementV2").field(&self.rows).finish()
    }
}
