//! The items that the shop sells.

use payments::money::Money;

/// Something to buy.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// Its name in forms.
    pub id: &'static str,
    /// Its name on pages and at the gateway.
    pub name: &'static str,
    /// Its price.
    pub price: Money,
}

/// Every item.
pub const ITEMS: &[Item] = &[
    Item { id: "coffee", name: "Two coffees", price: Money::vnd(50_000) },
    Item { id: "beans", name: "A bag of beans", price: Money::vnd(180_000) },
];

/// The item of this name. A form names an item and never its price.
pub(crate) fn find(id: &str) -> Option<&'static Item> {
    ITEMS.iter().find(|item| item.id == id)
}
