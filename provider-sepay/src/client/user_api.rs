//! The User API v2 (developer.sepay.vn, SePay API v2).

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use payments_core::{
    Clock, Movement, Result,
    statement::StatementAccount,
    transport::{Call, Transport},
};

use super::request::Door;
use crate::{
    map::{self, Unclear},
    matching::Matching,
    wire,
};

const ACCOUNTS: &str = "bank_accounts";
const TRANSACTIONS: &str = "transactions";

/// The User API v2: a bearer token, JSON, three calls a second.
#[derive(Clone)]
pub(crate) struct UserApi {
    door: Door,
    transport: Arc<dyn Transport>,
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

    pub(crate) fn new(
        door: Door,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        matching: Option<Arc<Matching>>,
    ) -> Self {
        Self { door, transport, clock, matching }
    }

    /// Every bank account.
    pub(crate) async fn accounts(&self) -> Result<Vec<StatementAccount>> {
        let mut accounts = Vec::new();
        for page in 1..=Self::LAST_PAGE {
            let response = self.list(ACCOUNTS, "/v2/bank-accounts", &[], page).await?;
            let list: wire::List<wire::BankAccount<'_>> = map::read(ACCOUNTS, &response)?;
            for row in &list.data {
                let account = map::account(row, self.clock.now())
                    .map_err(|unclear| unclear.into_error(ACCOUNTS))?;
                accounts.push(account);
            }
            if !goes_on(&list) {
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
        let response = self.list(TRANSACTIONS, "/v2/transactions", query, page).await?;
        let list: wire::List<wire::Transaction<'_>> = map::read(TRANSACTIONS, &response)?;
        let mut movements = Vec::with_capacity(list.data.len());
        for line in list.data.iter().filter(|line| keep(line)) {
            movements.extend(
                map::moved_by(line, self.matching.as_deref())
                    .map_err(|unclear| unclear.into_error(TRANSACTIONS))?,
            );
        }
        let id = |line: &wire::Transaction<'_>| line.id.as_str().to_owned();
        let (first, last) = (list.data.first().map(id), list.data.last().map(id));
        Ok(Page { movements, first, last, more: goes_on(&list) })
    }

    async fn list(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
        page: u32,
    ) -> Result<Response<Bytes>> {
        let (page, per_page) = (page.to_string(), Self::PER_PAGE.to_string());
        let mut query = query.to_vec();
        query.extend([("page", page.as_str()), ("per_page", per_page.as_str())]);
        let call = Call::inquiry(operation, self.door.get(path, &query)?)
            .with_retry_after(map::RETRY_AFTER_V2);
        self.transport.inquire(call).await
    }
}

fn goes_on<T>(list: &wire::List<T>) -> bool {
    let pagination = list.meta.as_ref().and_then(|meta| meta.pagination.as_ref());
    let has_more = pagination.and_then(|pagination| pagination.has_more);
    map::more(has_more, list.data.len(), UserApi::PER_PAGE)
}

fn endless(operation: &'static str) -> payments_core::Error {
    Unclear::new("the list has no end").into_error(operation)
}

impl std::fmt::Debug for UserApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UserApi").field(&self.door).finish()
    }
}
