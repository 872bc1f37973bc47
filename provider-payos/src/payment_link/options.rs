//! The options of a payment that only payOS has.

use payments_core::{money::Money, options::ProviderOptions};
use provider_kit::wire::Number;
use serde::{Deserialize, Serialize};

use super::wire;

/// Options of a payment through payOS: the items that its page shows, and the buyer of an
/// electronic invoice.
///
/// ```
/// use payments_core::{OrderRef, money::Money, payment::CreatePayment};
/// use provider_payos::{Item, PayOSOptions};
///
/// let options = PayOSOptions::new().with_item(Item::new("Ca phe", 2, Money::vnd(25_000)));
/// let request =
///     CreatePayment::new(OrderRef::new("20260042")?, Money::vnd(50_000))?.with_options(&options)?;
/// # let _ = request;
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PayOSOptions {
    /// The items that the page shows.
    pub items: Vec<Item>,
    /// The name of the buyer's company, for an invoice.
    pub buyer_company_name: Option<String>,
    /// The buyer's tax code, for an invoice.
    pub buyer_tax_code: Option<String>,
    /// The buyer's address, for an invoice.
    pub buyer_address: Option<String>,
}

/// An item of a payment. payOS does not document whether the prices of the items must add up to the
/// amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Item {
    /// The name of the item.
    pub name: String,
    /// The number of units.
    pub quantity: u32,
    /// The price of one unit.
    pub price: Money,
    /// The name of the unit, such as a piece.
    #[serde(default)]
    pub unit: Option<String>,
}

impl Item {
    /// Creates an item of `quantity` units at `price` each.
    pub fn new(name: impl Into<String>, quantity: u32, price: Money) -> Self {
        Self { name: name.into(), quantity, price, unit: None }
    }

    /// Sets the name of the unit.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }
}

impl PayOSOptions {
    /// Creates empty options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an item.
    #[must_use]
    pub fn with_item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }

    /// Sets the name and tax code of the buyer's company.
    #[must_use]
    pub fn with_buyer_company(
        mut self,
        name: impl Into<String>,
        tax_code: impl Into<String>,
    ) -> Self {
        self.buyer_company_name = Some(name.into());
        self.buyer_tax_code = Some(tax_code.into());
        self
    }

    /// Sets the buyer's address.
    #[must_use]
    pub fn with_buyer_address(mut self, address: impl Into<String>) -> Self {
        self.buyer_address = Some(address.into());
        self
    }

    /// Returns the items in the form of the wire.
    pub(super) fn items(&self) -> Vec<wire::LinkItem<'_>> {
        let items = self.items.iter();
        items
            .map(|item| wire::LinkItem {
                name: &item.name,
                quantity: item.quantity,
                price: Number::from(item.price),
                unit: item.unit.as_deref(),
            })
            .collect()
    }
}

impl ProviderOptions for PayOSOptions {
    const KIND: &'static str = "payos";
}
