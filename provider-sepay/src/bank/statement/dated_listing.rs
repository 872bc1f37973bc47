//! A listing of every transaction of the User API v2 that misses no line.

use async_trait::async_trait;
use payments_core::{Listed, Result, Timestamp};

use super::{
    by_date::{DatePlace, DatedPage, DatedPages, step},
    line::line,
};
use crate::{
    bank::{
        api,
        rows::{self, Row, Rows},
        user_api::{
            Pairs, Transaction,
            listing::{Source, Sourced},
        },
        wire,
    },
    client::Request,
    field::{civil, row},
};

/// The lines that match a filter, the oldest first.
pub(crate) struct DatedListing {
    pages: Filtered,
    place: DatePlace,
}

struct Filtered {
    rows: Rows,
    query: Pairs,
}

const FROM: &str = "transaction_date_from";
const TO: &str = "transaction_date_to";

impl DatedListing {
    /// Creates a listing. `query` must not set the order.
    pub(crate) fn new(rows: Rows, query: Pairs) -> Self {
        Self { pages: Filtered { rows, query }, place: DatePlace::Start }
    }
}

#[async_trait]
impl Source<Transaction> for DatedListing {
    async fn page(&mut self) -> Result<Sourced<Transaction>> {
        let (lines, next) = step(&self.pages, &self.place).await?;
        let more = next.is_some();
        self.place = next.unwrap_or_default();
        Ok(Sourced { rows: lines.into_iter().filter_map(|line| line.row).collect(), more })
    }
}

#[async_trait]
impl DatedPages for Filtered {
    type Row = Option<Listed<Transaction>>;

    fn operation(&self) -> &'static str {
        api::TRANSACTIONS.name
    }

    async fn page(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        page: u32,
    ) -> Result<DatedPage<Self::Row>> {
        let mut query = self.query.clone();
        for (name, at) in [(FROM, from), (TO, to)] {
            if let Some(at) = at {
                query.retain(|(known, _)| *known != name);
                query.push((name, civil(at)));
            }
        }
        query.push(("transaction_date_sort", "asc".to_owned()));
        let request = Request::to(&api::TRANSACTIONS).with_query(query);
        let response = self.rows.ask_page(&request, page).await?;
        let list = rows::raw_page(&response)?;
        let read = |row: &wire::Transaction<'_>| Transaction::read(row).map(Some);
        let lines = list.rows.iter().map(|json| line(json, |json, _| row(json, read)));
        Ok(DatedPage { lines: lines.collect(), more: list.more, total: list.total })
    }
}
