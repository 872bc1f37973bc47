//! Which orders to list.

use payments_core::{Listed, Timestamp};

use super::order::Order;
use crate::field::day;

/// Which orders to list (developer.sepay.vn, payment gateway, API: order list).
///
/// SePay's tables and its own libraries spell the parameters for the end of a period and for the
/// sorting differently; the keys `order_list_end` and `order_list_sort` of the table `compat` choose. A parameter
/// that SePay does not know it may ignore, so the orders are checked here once more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderQuery {
    /// Which page, from 1; of a stream, the first one.
    pub page: Option<u32>,
    /// How many to a page, at most 100. SePay gives 20 unless told; a stream asks for 100.
    pub per_page: Option<u32>,
    /// A word to search for.
    pub search: Option<String>,
    /// Only with this `order_status`, in SePay's own word.
    pub status: Option<String>,
    /// Only of this customer, by the merchant's name.
    pub customer_id: Option<String>,
    /// Only created on this moment's day in Vietnam.
    pub created_on: Option<Timestamp>,
    /// Only created at or after this.
    pub created_from: Option<Timestamp>,
    /// Only created at or before this.
    pub created_until: Option<Timestamp>,
    /// Which come first. A stream asks for the oldest unless told.
    pub sort: Option<OrderSort>,
}

/// Which orders of a list come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderSort {
    /// The oldest. New orders come last, so that no page changes while it is read.
    OldestFirst,
    /// The newest.
    NewestFirst,
}

/// Some orders, and whether there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderPage {
    /// The orders, without their transactions.
    pub orders: Vec<Listed<Order>>,
    /// Whether another page follows.
    pub more: bool,
    /// How many orders there are on all pages, by SePay's count.
    pub total: Option<u64>,
}

impl OrderQuery {
    /// All orders, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for this page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// Asks for pages of this size.
    #[must_use]
    pub fn with_per_page(mut self, orders: u32) -> Self {
        self.per_page = Some(orders);
        self
    }

    /// Searches for a word.
    #[must_use]
    pub fn with_search(mut self, word: impl Into<String>) -> Self {
        self.search = Some(word.into());
        self
    }

    /// Asks only for orders with this `order_status`, in SePay's own word.
    #[must_use]
    pub fn with_status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Asks only for orders of this customer.
    #[must_use]
    pub fn with_customer(mut self, customer_id: impl Into<String>) -> Self {
        self.customer_id = Some(customer_id.into());
        self
    }

    /// Asks only for orders created on this moment's day in Vietnam.
    #[must_use]
    pub fn with_created_on(mut self, day: Timestamp) -> Self {
        self.created_on = Some(day);
        self
    }

    /// Asks only for orders created at or after this.
    #[must_use]
    pub fn with_created_from(mut self, from: Timestamp) -> Self {
        self.created_from = Some(from);
        self
    }

    /// Asks only for orders created at or before this.
    #[must_use]
    pub fn with_created_until(mut self, until: Timestamp) -> Self {
        self.created_until = Some(until);
        self
    }

    /// Says which come first.
    #[must_use]
    pub fn with_sort(mut self, sort: OrderSort) -> Self {
        self.sort = Some(sort);
        self
    }

    /// The same of a row; one that cannot be read may be of any order.
    pub(crate) fn takes_row(&self, row: &Listed<Order>) -> bool {
        row.as_result().map_or(true, |order| self.takes(order))
    }

    /// Whether `order` is one that was asked for, as far as it tells. What a search finds, only
    /// SePay knows.
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

/// SePay spells one status with one L and with two.
fn is_status(asked: &str, told: &str) -> bool {
    let cancelled = |word: &str| {
        word.eq_ignore_ascii_case("CANCELLED") || word.eq_ignore_ascii_case("CANCELED")
    };
    asked.eq_ignore_ascii_case(told) || (cancelled(asked) && cancelled(told))
}
