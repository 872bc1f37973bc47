//! An order as the shop stores it.

use payments::{OrderRef, Timestamp, money::Money};

use crate::Item;

/// A buyer's order. What is known of its payment is the engine's record, under the same reference.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Order {
    /// The shop's own reference.
    pub reference: OrderRef,
    /// The item.
    pub item: &'static Item,
    /// The price when it was ordered.
    pub asked: Money,
    /// When it was ordered.
    pub placed_at: Timestamp,
    /// How much arrived for it, when the shop heard of it last.
    pub received: Money,
    /// When it was handed to the packers. Only the engine's word that it may be shipped does that.
    pub packed_at: Option<Timestamp>,
}

impl Order {
    /// An order that was placed now and is not paid.
    pub fn new(reference: OrderRef, item: &'static Item, placed_at: Timestamp) -> Self {
        let (asked, received) = (item.price, Money::zero(item.price.currency()));
        Self { reference, item, asked, placed_at, received, packed_at: None }
    }
}
