//! The store of orders.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use payments::{
    DedupeKey, OrderRef, ProviderId, Timestamp,
    notification::{Event, EventData, Outcome},
};

use crate::Order;

/// Every order, and every notification that was handled.
///
/// **A database goes here.** It needs a table of orders; a table of handled notifications whose
/// primary key is the provider and the dedupe key; and one transaction wherever this takes its
/// lock. In memory everything is lost with the process.
#[derive(Debug, Default)]
pub struct Orders(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    orders: BTreeMap<OrderRef, Order>,
    handled: BTreeSet<(ProviderId, DedupeKey)>,
    unmatched: Vec<EventData>,
}

impl Orders {
    /// Stores a new order; false if one with this reference exists.
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

    /// Changes an order in the store; `None` if there is no such order.
    pub fn change<T>(
        &self,
        reference: &OrderRef,
        change: impl FnOnce(&mut Order) -> T,
    ) -> Option<T> {
        self.books().orders.get_mut(reference).map(change)
    }

    /// The orders that the gateway may still report something about.
    pub fn waiting(&self) -> Vec<OrderRef> {
        let books = self.books();
        books
            .orders
            .values()
            .filter(|order| order.is_waiting())
            .map(|o| o.reference.clone())
            .collect()
    }

    /// Handles each event once per provider and key. The key and what its event changes are stored
    /// together or not at all: a key without its event would lose money, and an event without its
    /// key would count it twice. An event without a key moves no money.
    pub fn handle(&self, provider: &ProviderId, events: &[Event], now: Timestamp) -> Outcome {
        let mut books = self.books();
        let mut outcome = if events.is_empty() { Outcome::Handled } else { Outcome::Duplicate };
        for event in events {
            let is_new =
                event.key().is_none_or(|key| books.handled.insert((provider.clone(), key.clone())));
            if is_new {
                books.apply(event.data(), now);
                outcome = Outcome::Handled;
            }
        }
        outcome
    }

    /// Money that belongs to no known order: for a person.
    pub fn unmatched(&self) -> Vec<EventData> {
        self.books().unmatched.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn apply(&mut self, data: &EventData, now: Timestamp) {
        match data {
            EventData::Payment(payment) => match self.orders.get_mut(&payment.order) {
                Some(order) => order.apply_payment(payment, now),
                None => self.unmatched.push(data.clone()),
            },
            EventData::Movement(movement) if movement.is_credit() => {
                match movement.order.as_ref().and_then(|order| self.orders.get_mut(order)) {
                    Some(order) => order.apply_credit(movement, now),
                    None => self.unmatched.push(data.clone()),
                }
            }
            // Debits, payouts, refunds and unknown events are not about an order that waits for
            // money.
            _ => {}
        }
    }
}
