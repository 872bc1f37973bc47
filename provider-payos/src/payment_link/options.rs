//! Options that only payOS understands, on a payment.

use payments_core::{
    money::{Money, wire::Number},
    options::ProviderOptions,
};
use serde::{Deserialize, Serialize};

use super::wire;

/// What only payOS takes with a payment: items for its page, and the buyer of an electronic invoice.
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
    /// What is paid for, as the page shows it.
    pub items: Vec<Item>,
    /// The buyer's company, for an invoice.
    pub buyer_company_name: Option<String>,
    /// The buyer's tax code, for an invoice.
    pub buyer_tax_code: Option<String>,
    /// The buyer's address, for an invoice.
    pub buyer_address: Option<String>,
}

/// Something that is paid for. Whether the items have to add up to the amount, payOS does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Item {
    /// What it is.
    pub name: String,
    /// How many of it.
    pub quantity: u32,
    /// The price of one.
    pub price: Money,
    /// Of which unit, such as a piece.
    #[serde(default)]
    pub unit: Option<String>,
}

impl Item {
    /// `quantity` pieces at `price` each.
    pub fn new(name: impl Into<String>, quantity: u32, price: Money) -> Self {
        Self { name: name.into(), quantity, price, unit: None }
    }

    /// Names the unit.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }
}

impl PayOSOptions {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an item.
    #[must_use]
    pub fn with_item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }

    /// Sets the buyer's company and tax code.
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

    /// The items on the wire.
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
