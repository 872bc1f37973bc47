//! The items that the shop sells.

use payments::money::Money;

/// An item that the shop sells.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The name of the item in forms.
    pub id: &'static str,
    /// The name of the item on pages and at the gateway.
    pub name: &'static str,
    /// The price.
    pub price: Money,
}

/// Every item.
pub const ITEMS: &[Item] = &[
    Item { id: "coffee", name: "Two coffees", price: Money::vnd(50_000) },
    Item { id: "beans", name: "A bag of beans", price: Money::vnd(180_000) },
];

/// Returns the item with this name. A form names an item, but never its price.
pub(crate) fn find(id: &str) -> Option<&'static Item> {
    ITEMS.iter().find(|item| item.id == id)
}
