//! Lists and single rows of v2: `{data: […], meta: {pagination}}` and `{data: {…}}`.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::{
    Listed, Result,
    transport::{Call, Transport},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    request::{Door, as_text, segment},
    user_api::UserApi,
};
use crate::{
    map::{self, Unclear, user_api as read},
    user_api::{
        BankAccount, Listing, Page, Pairs, Prefix, Source, Sourced, Terminal, Transaction, VaOrder,
        VirtualAccount,
    },
    wire::{self, Count, Flag},
};

/// A row of a list, and the wire's form of it.
pub(super) trait Row: Sized + Send + Sync + 'static {
    const OPERATION: &'static str;
    type Wire<'a>: Deserialize<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear>;
}

/// Asks for rows.
#[derive(Clone)]
pub(super) struct Rows {
    door: Door,
    transport: Arc<dyn Transport>,
}

impl Rows {
    pub(super) fn new(door: Door, transport: Arc<dyn Transport>) -> Self {
        Self { door, transport }
    }

    /// One page; they count from 1.
    pub(super) async fn page<T: Row>(
        &self,
        path: &str,
        query: &[(&'static str, String)],
        page: u32,
    ) -> Result<Page<T>> {
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let response = self.ask_page(T::OPERATION, path, &query, page).await?;
        let RawPage { rows, more, total } = list(T::OPERATION, &response)?;
        Ok(Page::new(map::rows(&rows, |row: &T::Wire<'_>| T::read(row)), more, total))
    }

    /// The answer with one page.
    pub(super) async fn ask_page(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
        page: u32,
    ) -> Result<Response<Bytes>> {
        let (page, per_page) = (page.to_string(), UserApi::PER_PAGE.to_string());
        let mut query = query.to_vec();
        query.extend([("page", page.as_str()), ("per_page", per_page.as_str())]);
        self.ask(operation, path, &query).await
    }

    /// Every page, one at a time.
    pub(super) fn listing<T: Row>(&self, path: String, query: Pairs) -> Listing<T> {
        Listing::new(Pages { rows: self.clone(), path, query, page: 1 })
    }

    /// Every row of a list that is short.
    pub(super) async fn all<T: Row>(&self, path: String) -> Result<Vec<Listed<T>>> {
        let (mut pages, mut all) = (self.listing(path, Pairs::new()), Vec::new());
        while let Some(page) = pages.next_page().await? {
            all.extend(page);
        }
        Ok(all)
    }

    /// One row, `None` if there is none of this id, with the answer that it stood in.
    pub(super) async fn one<T: Row>(
        &self,
        path: &str,
        id: &str,
    ) -> Result<Option<(T, Response<Bytes>)>> {
        let path = format!("{path}/{}", segment("id", id)?);
        let response = self.ask(T::OPERATION, &path, &[]).await?;
        let row = {
            let found: Option<wire::One<T::Wire<'_>>> = map::read_one(T::OPERATION, &response)?;
            found.map(|found| T::read(&found.data)).transpose()
        };
        let row = row.map_err(|unclear| unclear.into_error(T::OPERATION))?;
        Ok(row.map(|row| (row, response)))
    }

    async fn ask(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Response<Bytes>> {
        let call = Call::inquiry(operation, self.door.get(path, query)?)
            .with_retry_after(map::RETRY_AFTER_V2);
        self.transport.inquire(call).await.map(as_text)
    }
}

/// A page of rows as the wire has them.
pub(super) struct RawPage<'a> {
    pub(super) rows: Vec<&'a RawValue>,
    pub(super) more: bool,
    pub(super) total: Option<u64>,
}

/// Reads a page of rows as the wire has them.
pub(super) fn list<'a>(
    operation: &'static str,
    response: &'a Response<Bytes>,
) -> Result<RawPage<'a>> {
    let list: wire::List<'_> = map::read(operation, response)?;
    let pagination = list.meta.get().and_then(|meta| meta.pagination.get());
    let has_more = pagination.and_then(|it| it.has_more.get()).map(|Flag(more)| more);
    let total = pagination.and_then(|it| it.total.get()).map(|Count(total)| total);
    let more = map::more(has_more, list.data.len(), UserApi::PER_PAGE);
    Ok(RawPage { rows: list.data, more, total })
}

struct Pages {
    rows: Rows,
    path: String,
    query: Pairs,
    page: u32,
}

#[async_trait]
impl<T: Row> Source<T> for Pages {
    async fn page(&mut self) -> Result<Sourced<T>> {
        let Page { rows, more, .. } = self.rows.page(&self.path, &self.query, self.page).await?;
        self.page = self.page.saturating_add(1);
        Ok(Sourced { rows, more })
    }
}

macro_rules! rows {
    ($($row:ident of $wire:ident as $operation:literal by $read:path;)+) => {$(
        impl Row for $row {
            const OPERATION: &'static str = $operation;
            type Wire<'a> = wire::$wire<'a>;

            fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear> {
                $read(row)
            }
        }
    )+};
}

rows! {
    Transaction of Transaction as "transactions" by read::transaction;
    BankAccount of BankAccount as "bank_accounts" by read::bank_account;
    VirtualAccount of VirtualAccount as "virtual_accounts" by read::virtual_account;
    VaOrder of VaOrder as "va_orders" by map::va_order;
    Prefix of Prefix as "va_prefixes" by read::prefix;
    Terminal of Terminal as "terminals" by read::terminal;
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rows").field(&self.door).finish()
    }
}
