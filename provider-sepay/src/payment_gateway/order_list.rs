//! The list of orders, read by page or as a stream (source: developer.sepay.vn, payment gateway,
//! API: order list).

use std::collections::{HashSet, VecDeque};

use futures_util::stream::{BoxStream, try_unfold};
use payments_core::{Error, ErrorKind, Listed, Raw, Result};

use super::{
    api::LIST_ORDERS,
    order::Order,
    order_query::{OrderPage, OrderQuery, OrderSort},
    wire,
};
use crate::{
    client::{Client, Request},
    field::{Count, Flag, civil, day, more, rows},
};

/// The number of orders on a page if the request does not set it.
const PER_PAGE: u32 = 20;

/// The maximum number of orders on a page.
const MOST_PER_PAGE: u32 = 100;

/// The spelling of two parameters of the list, in which SePay's documentation and its libraries
/// differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) end: &'static str,
    pub(crate) sort: SortSpelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortSpelling {
    /// `sort[created_at]=desc`, as in SePay's libraries.
    Brackets,
    /// `sort=created_at:desc`, as in the tables of SePay's documentation.
    Colon,
}

/// Lists orders.
#[derive(Clone, Debug)]
pub(crate) struct OrderList {
    client: Client,
    spelling: Spelling,
}

impl OrderList {
    pub(crate) fn new(client: Client, spelling: Spelling) -> Self {
        Self { client, spelling }
    }

    /// Returns one page.
    pub(crate) async fn page(&self, query: &OrderQuery) -> Result<OrderPage> {
        let parameters = self.spelling.parameters(query);
        let request = Request::to(&LIST_ORDERS).with_query(parameters);
        let response = self.client.inquire(&request).await?;
        let list: wire::OrderList<'_> = response.read()?;
        let meta = list.meta.get();
        let has_more = meta.and_then(|meta| meta.has_more.get()).map(|Flag(more)| more);
        let total = meta.and_then(|meta| meta.total.get()).map(|Count(total)| total);
        let per_page = usize::try_from(query.per_page.unwrap_or(PER_PAGE)).unwrap_or(usize::MAX);
        let more = more(has_more, list.data.len(), per_page);
        let read = |row: &wire::Order<'_>| Order::of(row, Raw::default());
        Ok(OrderPage { orders: rows(&list.data, read), more, total })
    }

    /// Returns every order, page by page, with at most one page in memory.
    pub(crate) fn every(&self, query: &OrderQuery) -> BoxStream<'static, Result<Listed<Order>>> {
        let reading = Reading::new(self.clone(), query.clone());
        Box::pin(try_unfold(reading, |mut reading| async move {
            let next = reading.next().await?;
            Ok(next.map(|order| (order, reading)))
        }))
    }
}

impl Spelling {
    fn parameters(self, query: &OrderQuery) -> Vec<(&'static str, String)> {
        let sort = query.sort.map(|sort| match sort {
            OrderSort::OldestFirst => "asc",
            OrderSort::NewestFirst => "desc",
        });
        let (sort_name, sort) = match self.sort {
            SortSpelling::Brackets => ("sort[created_at]", sort.map(str::to_owned)),
            SortSpelling::Colon => ("sort", sort.map(|way| format!("created_at:{way}"))),
        };
        [
            ("page", query.page.map(|page| page.to_string())),
            ("per_page", query.per_page.map(|orders| orders.to_string())),
            ("q", query.search.clone()),
            ("order_status", query.status.clone()),
            ("customer_id", query.customer_id.clone()),
            ("created_at", query.created_on.map(day)),
            ("from_created_at", query.created_from.map(civil)),
            (self.end, query.created_until.map(civil)),
            (sort_name, sort),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// The position of a reader in the list.
struct Reading {
    list: OrderList,
    query: OrderQuery,
    page: u32,
    rows: VecDeque<Listed<Order>>,
    /// The orders that the previous page returned, so that an order that a new one pushed to the
    /// next page is not returned twice.
    told: HashSet<String>,
    ended: bool,
}

impl Reading {
    fn new(list: OrderList, mut query: OrderQuery) -> Self {
        let page = query.page.unwrap_or(1);
        query.per_page.get_or_insert(MOST_PER_PAGE);
        query.sort.get_or_insert(OrderSort::OldestFirst);
        Self { list, query, page, rows: VecDeque::new(), told: HashSet::new(), ended: false }
    }

    async fn next(&mut self) -> Result<Option<Listed<Order>>> {
        loop {
            if let Some(order) = self.rows.pop_front() {
                return Ok(Some(order));
            }
            if self.ended {
                return Ok(None);
            }
            self.turn().await?;
        }
    }

    /// Reads the next page.
    async fn turn(&mut self) -> Result<()> {
        self.query.page = Some(self.page);
        let page = self.list.page(&self.query).await?;
        let told: HashSet<String> = page.orders.iter().filter_map(name).collect();
        if page.more && !told.is_empty() && told == self.told {
            return Err(Error::new(
                ErrorKind::Malformed,
                format!("page {} of the orders is the page before it again", self.page),
            )
            .with_operation(LIST_ORDERS.name));
        }
        let before = std::mem::replace(&mut self.told, told);
        let is_new = |order: &Listed<Order>| name(order).is_none_or(|name| !before.contains(&name));
        self.rows.extend(page.orders.into_iter().filter(is_new));
        self.rows.retain(|order| self.query.takes_row(order));
        self.ended = !page.more;
        self.page = self.page.saturating_add(1);
        Ok(())
    }
}

fn name(order: &Listed<Order>) -> Option<String> {
    let order = match order {
        Listed::Read(order) => order,
        Listed::Unreadable(row) => return row.id.clone(),
    };
    let order_id = order.order_id.as_ref().map(|id| id.as_str());
    order_id.or(order.invoice.as_ref().map(|invoice| invoice.as_str())).map(str::to_owned)
}
