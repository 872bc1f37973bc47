//! A query for a list of orders.

use payments_core::{Listed, Timestamp};

use super::order::Order;
use crate::field::day;

/// A query for a list of orders (source: developer.sepay.vn, payment gateway, API: order list).
///
/// SePay's documentation and its own libraries spell the parameters for the end of a period and for
/// the sorting differently; the keys `order_list_end` and `order_list_sort` of the table `compat`
/// select the spelling. SePay may ignore a parameter that it does not know, so the returned orders
/// are filtered here again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderQuery {
    /// The number of the page, from 1. For a stream, the number of the first page.
    pub page: Option<u32>,
    /// The number of orders on a page, at most 100. SePay's default is 20; a stream uses 100.
    pub per_page: Option<u32>,
    /// A text to search for.
    pub search: Option<String>,
    /// Selects orders with this `order_status`, in SePay's own word.
    pub status: Option<String>,
    /// Selects orders of this customer, by the merchant's id.
    pub customer_id: Option<String>,
    /// Selects orders created on the day of this time, in Vietnamese time.
    pub created_on: Option<Timestamp>,
    /// Selects orders created at or after this time.
    pub created_from: Option<Timestamp>,
    /// Selects orders created at or before this time.
    pub created_until: Option<Timestamp>,
    /// The order in which to list them. By default, a stream lists the oldest first.
    pub sort: Option<OrderSort>,
}

/// The order of a list of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderSort {
    /// The oldest orders come first, so new orders are appended and do not move orders between
    /// pages. With a `status`, an order that leaves the status still does; see
    /// [`SePay::orders`](crate::SePay::orders).
    OldestFirst,
    /// The newest orders come first.
    NewestFirst,
}

/// One page of a list of orders.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderPage {
    /// The orders of the page, without their transactions.
    pub orders: Vec<Listed<Order>>,
    /// Whether another page follows.
    pub more: bool,
    /// The number of orders on all pages, as SePay counts them.
    pub total: Option<u64>,
}

impl OrderQuery {
    /// Creates a query for all orders, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of the page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets the number of orders on a page.
    #[must_use]
    pub fn with_per_page(mut self, orders: u32) -> Self {
        self.per_page = Some(orders);
        self
    }

    /// Sets a text to search for.
    #[must_use]
    pub fn with_search(mut self, word: impl Into<String>) -> Self {
        self.search = Some(word.into());
        self
    }

    /// Selects orders with this `order_status`, in SePay's own word.
    #[must_use]
    pub fn with_status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Selects orders of this customer, by the merchant's id.
    #[must_use]
    pub fn with_customer(mut self, customer_id: impl Into<String>) -> Self {
        self.customer_id = Some(customer_id.into());
        self
    }

    /// Selects orders created on the day of this time, in Vietnamese time.
    #[must_use]
    pub fn with_created_on(mut self, day: Timestamp) -> Self {
        self.created_on = Some(day);
        self
    }

    /// Selects orders created at or after this time.
    #[must_use]
    pub fn with_created_from(mut self, from: Timestamp) -> Self {
        self.created_from = Some(from);
        self
    }

    /// Selects orders created at or before this time.
    #[must_use]
    pub fn with_created_until(mut self, until: Timestamp) -> Self {
        self.created_until = Some(until);
        self
    }

    /// Sets the order in which to list them.
    #[must_use]
    pub fn with_sort(mut self, sort: OrderSort) -> Self {
        self.sort = Some(sort);
        self
    }

    /// Returns `true` if a row matches the query. An unreadable row may be any order and matches.
    pub(crate) fn takes_row(&self, row: &Listed<Order>) -> bool {
        row.as_result().map_or(true, |order| self.takes(order))
    }

    /// Returns `true` if `order` matches the query, as far as its fields show. Only SePay knows
    /// which orders a search matches.
    pub(crate) fn takes(&self, order: &Order) -> bool {
        fn agree<T>(asked: Option<T>, told: Option<T>, same: impl Fn(T, T) -> bool) -> bool {
            asked.zip(told).is_none_or(|(asked, told)| same(asked, told))
        }
        agree(self.status.as_deref(), order.status.as_deref(), is_status)
            && agree(self.customer_id.as_deref(), order.customer_id.as_deref(), |a, b| a == b)
            && agree(self.created_on, order.created_at, |a, b| day(a) == day(b))
            && agree(self.created_from, order.created_at, |from, at| at >= from)
            && agree(self.created_until, order.created_at, |until, at| at <= until)
    }
}

/// Compares two words for a status, one of which SePay spells with one L and with two.
fn is_status(asked: &str, told: &str) -> bool {
    let cancelled = |word: &str| {
        word.eq_ignore_ascii_case("CANCELLED") || word.eq_ignore_ascii_case("CANCELED")
    };
    asked.eq_ignore_ascii_case(told) || (cancelled(asked) && cancelled(told))
}
