//! The User API v2 as the roles need it: accounts and movements of the core.

use std::collections::BTreeSet;
use std::sync::Arc;

use payments_core::{Clock, Movement, Result, statement::StatementAccount};

use super::rows::{self, Rows};
use crate::{
    map::{self, Unclear},
    matching::Matching,
    wire,
};

const ACCOUNTS: &str = "bank_accounts";
const TRANSACTIONS: &str = "transactions";

/// What transfers, statements and confirmations are looked up in.
#[derive(Clone)]
pub(crate) struct UserApi {
    rows: Rows,
    clock: Arc<dyn Clock>,
    matching: Option<Arc<Matching>>,
}

/// A page of the statement.
pub(crate) struct Page {
    pub(crate) movements: Vec<Movement>,
    /// SePay's id of the first line, whether or not it is among the movements.
    pub(crate) first: Option<String>,
    /// SePay's id of the last line, whether or not it is among the movements.
    pub(crate) last: Option<String>,
    pub(crate) more: bool,
}

impl UserApi {
    /// How often SePay takes a call (developer.sepay.vn, SePay API v2: authentication).
    pub(crate) const CALLS_PER_SECOND: u32 = 3;

    /// The most rows to a page, by the same page.
    pub(crate) const PER_PAGE: usize = 100;

    /// Where a list is given up: no list that this crate reads whole is that long.
    const LAST_PAGE: u32 = 100;

    pub(super) fn new(rows: Rows, clock: Arc<dyn Clock>, matching: Option<Arc<Matching>>) -> Self {
        Self { rows, clock, matching }
    }

    /// Every bank account.
    pub(crate) async fn accounts(&self) -> Result<Vec<StatementAccount>> {
        let mut accounts = Vec::new();
        for page in 1..=Self::LAST_PAGE {
            let response = self.rows.ask_page(ACCOUNTS, "/v2/bank-accounts", &[], page).await?;
            let list = rows::list::<wire::BankAccount<'_>>(ACCOUNTS, &response)?;
            for row in &list.rows {
                let account = map::account(row, self.clock.now())
                    .map_err(|unclear| unclear.into_error(ACCOUNTS))?;
                accounts.push(account);
            }
            if !list.more {
                return Ok(accounts);
            }
        }
        Err(endless(ACCOUNTS))
    }

    /// The movements of every page, each once: pages shift while money arrives.
    pub(crate) async fn every_transaction(&self, query: &[(&str, &str)]) -> Result<Vec<Movement>> {
        self.every_line(query, |_| true).await
    }

    /// Of every page the lines that `keep` keeps, each once.
    pub(crate) async fn every_line(
        &self,
        query: &[(&str, &str)],
        keep: impl Fn(&wire::Transaction<'_>) -> bool,
    ) -> Result<Vec<Movement>> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        for page in 1..=Self::LAST_PAGE {
            let page = self.transactions(query, page, &keep).await?;
            all.extend(page.movements.into_iter().filter(|line| seen.insert(line.key.clone())));
            if !page.more {
                return Ok(all);
            }
        }
        Err(endless(TRANSACTIONS))
    }

    /// One page of lines that `keep` keeps.
    pub(crate) async fn transactions(
        &self,
        query: &[(&str, &str)],
        page: u32,
        keep: impl Fn(&wire::Transaction<'_>) -> bool,
    ) -> Result<Page> {
        let response = self.rows.ask_page(TRANSACTIONS, "/v2/transactions", query, page).await?;
        let list = rows::list::<wire::Transaction<'_>>(TRANSACTIONS, &response)?;
        let mut movements = Vec::with_capacity(list.rows.len());
        for line in list.rows.iter().filter(|line| keep(line)) {
            movements.extend(
                map::moved_by(map::key::TRANSACTION, line, self.matching.as_deref())
                    .map_err(|unclear| unclear.into_error(TRANSACTIONS))?,
            );
        }
        let id = |line: &wire::Transaction<'_>| line.id.as_str().to_owned();
        let (first, last) = (list.rows.first().map(id), list.rows.last().map(id));
        Ok(Page { movements, first, last, more: list.more })
    }
}

fn endless(operation: &'static str) -> payments_core::Error {
    Unclear::new("the list has no end").into_error(operation)
}

impl std::fmt::Debug for UserApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UserApi").field(&self.rows).finish()
    }
}
