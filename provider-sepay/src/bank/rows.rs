//! Lists and single rows of the User API v2: `{data: […], meta: {pagination}}` and `{data: {…}}`.

use async_trait::async_trait;
use payments_core::{Listed, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    user_api::{
        listing::{Listing, Source, Sourced},
        page::Page,
    },
    wire,
};
use crate::{
    client::{ApiResponse, Client, Request},
    field::{Count, Flag, Unclear, more, rows},
    limits,
};

/// A row of a list that is converted from its form on the wire.
pub(crate) trait Row: Sized + Send + Sync + 'static {
    type Wire<'a>: Deserialize<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear>;
}

/// Requests rows.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    client: Client,
}

impl Rows {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Returns one page. Pages are numbered from 1.
    pub(crate) async fn page<T: Row>(&self, request: &Request, page: u32) -> Result<Page<T>> {
        let response = self.ask_page(request, page).await?;
        let RawPage { rows: list, more, total } = raw_page(&response)?;
        Ok(Page::new(rows(&list, |row: &T::Wire<'_>| T::read(row)), more, total))
    }

    /// Returns the response with one page.
    pub(crate) async fn ask_page(&self, request: &Request, page: u32) -> Result<ApiResponse> {
        let (page, per_page) = (page.to_string(), limits::USER_API_V2_PER_PAGE.to_string());
        let request = request.clone().with_query([("page", page), ("per_page", per_page)]);
        self.client.inquire(&request).await
    }

    /// Returns a list of every page, which are read one at a time.
    pub(crate) fn listing<T: Row>(&self, request: Request) -> Listing<T> {
        Listing::new(Pages { rows: self.clone(), request, page: 1 })
    }

    /// Returns every row of a short list.
    pub(crate) async fn all<T: Row>(&self, request: Request) -> Result<Vec<Listed<T>>> {
        let (mut pages, mut all) = (self.listing(request), Vec::new());
        while let Some(page) = pages.next_page().await? {
            all.extend(page);
        }
        Ok(all)
    }

    /// Returns one row with its response, or `None` if there is none with this id.
    pub(crate) async fn one<T: Row>(&self, request: &Request) -> Result<Option<(T, ApiResponse)>> {
        let response = self.client.inquire(request).await?;
        let found: Option<wire::One<T::Wire<'_>>> = response.read_one()?;
        let row = found.map(|found| T::read(&found.data)).transpose();
        let row = row.map_err(|unclear| response.unclear(unclear))?;
        Ok(row.map(|row| (row, response)))
    }
}

/// A page of rows in the form of the wire.
pub(crate) struct RawPage<'a> {
    pub(crate) rows: Vec<&'a RawValue>,
    pub(crate) more: bool,
    pub(crate) total: Option<u64>,
}

/// Reads a page of rows in the form of the wire.
///
/// # Errors
/// Returns the error that the response means if it is not a success, or `Malformed`.
pub(crate) fn raw_page(response: &ApiResponse) -> Result<RawPage<'_>> {
    let list: wire::List<'_> = response.read()?;
    let pagination = list.meta.get().and_then(|meta| meta.pagination.get());
    let has_more = pagination.and_then(|it| it.has_more.get()).map(|Flag(more)| more);
    let total = pagination.and_then(|it| it.total.get()).map(|Count(total)| total);
    let more = more(has_more, list.data.len(), limits::USER_API_V2_PER_PAGE);
    Ok(RawPage { rows: list.data, more, total })
}

struct Pages {
    rows: Rows,
    request: Request,
    page: u32,
}

#[async_trait]
impl<T: Row> Source<T> for Pages {
    async fn page(&mut self) -> Result<Sourced<T>> {
        let Page { rows, more, .. } = self.rows.page(&self.request, self.page).await?;
        self.page = self.page.saturating_add(1);
        Ok(Sourced { rows, more })
    }
}
