//! An order as the shop stores it.

use payments::{OrderRef, Timestamp, money::Money};

use crate::Item;

/// A buyer's order. The state of its payment is in the engine's record with the same reference.
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
    /// The amount that had arrived for it, according to the last change.
    pub received: Money,
    /// When it was handed to the packers, which happens only if the engine reports that it may be
    /// shipped. `None` if it was not.
    pub packed_at: Option<Timestamp>,
}

impl Order {
    /// Creates an order that is not paid.
    pub fn new(reference: OrderRef, item: &'static Item, placed_at: Timestamp) -> Self {
        let (asked, received) = (item.price, Money::zero(item.price.currency()));
        Self { reference, item, asked, placed_at, received, packed_at: None }
    }
}
