//! Every transaction of v2 as a listing that no line falls out of.

use async_trait::async_trait;
use payments_core::{Listed, Result, Timestamp};

use super::{
    by_date::{DatePlace, DatedPage, DatedPages, step},
    rows::{self, Rows},
    user_api::{TRANSACTIONS, line},
};
use crate::{
    map::{self, user_api as read},
    user_api::{Pairs, Source, Sourced, Transaction},
    wire,
};

/// The lines of a filter, the oldest first.
pub(super) struct DatedListing {
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
    /// `query` says nothing of the order.
    pub(super) fn new(rows: Rows, query: Pairs) -> Self {
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
        TRANSACTIONS
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
                query.push((name, wire::civil(at)));
            }
        }
        query.push(("transaction_date_sort", "asc".to_owned()));
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let response = self.rows.ask_page(TRANSACTIONS, "/v2/transactions", &query, page).await?;
        let list = rows::list(TRANSACTIONS, &response)?;
        let read = |row: &wire::Transaction<'_>| read::transaction(row).map(Some);
        let lines = list.rows.iter().map(|json| line(json, |json, _| map::row(json, read)));
        Ok(DatedPage { lines: lines.collect(), more: list.more, total: list.total })
    }
}
