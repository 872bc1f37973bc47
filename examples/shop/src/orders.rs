//! Where orders are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use payments::{
    DedupeKey, OrderRef, ProviderId, Timestamp,
    notification::{Event, News, Outcome},
};

use crate::Order;

/// Every order, and every notification that was handled.
///
/// **A database goes here.** It needs a table of orders; a table of handled notifications whose
/// primary key is the provider and the dedupe key; and one transaction where this takes its lock
/// once. In memory everything is lost with the process, and no order can be paid after that.
#[derive(Debug, Default)]
pub struct Orders(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    orders: BTreeMap<OrderRef, Order>,
    handled: BTreeSet<(ProviderId, DedupeKey)>,
    unmatched: Vec<News>,
}

impl Orders {
    /// Keeps a new order; false if there is one of this reference already.
    pub fn place(&self, order: Order) -> bool {
        let mut books = self.books();
        if books.orders.contains_key(&order.reference) {
            return false;
        }
        books.orders.insert(order.reference.clone(), order);
        true
    }

    /// The order of this reference.
    pub fn get(&self, reference: &OrderRef) -> Option<Order> {
        self.books().orders.get(reference).cloned()
    }

    /// Changes an order where it is; `None` if there is no such order.
    pub fn change<T>(
        &self,
        reference: &OrderRef,
        change: impl FnOnce(&mut Order) -> T,
    ) -> Option<T> {
        self.books().orders.get_mut(reference).map(change)
    }

    /// The orders that the gateway may still have news about.
    pub fn waiting(&self) -> Vec<OrderRef> {
        let books = self.books();
        books
            .orders
            .values()
            .filter(|order| order.is_waiting())
            .map(|o| o.reference.clone())
            .collect()
    }

    /// Handles the events of a notification, once per key. The key and what the events change
    /// are written down together or not at all: a key without its events would lose money, and
    /// events without their key would count it twice.
    pub fn handle(
        &self,
        provider: &ProviderId,
        key: &DedupeKey,
        events: &[Event],
        now: Timestamp,
    ) -> Outcome {
        let mut books = self.books();
        if !books.handled.insert((provider.clone(), key.clone())) {
            return Outcome::Duplicate;
        }
        for event in events {
            books.hear(event.news(), now);
        }
        Outcome::Handled
    }

    /// Money that belongs to no order that we know: for a person.
    pub fn unmatched(&self) -> Vec<News> {
        self.books().unmatched.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn hear(&mut self, news: &News, now: Timestamp) {
        match news {
            News::Payment(payment) => match self.orders.get_mut(&payment.order) {
                Some(order) => order.hear_payment(payment, now),
                None => self.unmatched.push(news.clone()),
            },
            News::Movement(movement) if movement.is_credit() => {
                match movement.order.as_ref().and_then(|order| self.orders.get_mut(order)) {
                    Some(order) => order.hear_credit(movement, now),
                    None => self.unmatched.push(news.clone()),
                }
            }
            // Money that left, payouts, refunds and what this version does not know are not about
            // an order that waits for money.
            _ => {}
        }
    }
}
