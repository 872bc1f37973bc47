//! Which reading of the documents the gateway follows where they leave several.

/// Which reading of the documents the gateway follows. The default takes every one that SePay or its
/// libraries have published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readings {
    /// In which order the signed fields of a checkout form are signed.
    pub checkout: CheckoutOrder,
    /// How two parameters of the list of orders are spelt.
    pub order_list: OrderListSpelling,
}

/// In which order the signed fields of a checkout form are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckoutOrder {
    /// In the order of the form.
    #[default]
    AsReceived,
    /// In the order of the list of signed fields.
    AsListed,
    /// In the order of the form, which is not that of the list: a server with a list of its own.
    NotAsListed,
}

/// How two parameters of the list of orders are spelt. A parameter in another spelling is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderListSpelling {
    /// Either way.
    #[default]
    Either,
    /// `to_created_at` and `sort[created_at]=asc`, as SePay's libraries.
    Libraries,
    /// `end_created_at` and `sort=created_at:asc`, as SePay's tables.
    Tables,
}

impl Readings {
    /// In which order the signed fields of a checkout form are signed.
    #[must_use]
    pub fn with_checkout(mut self, order: CheckoutOrder) -> Self {
        self.checkout = order;
        self
    }

    /// How two parameters of the list of orders are spelt.
    #[must_use]
    pub fn with_order_list(mut self, spelling: OrderListSpelling) -> Self {
        self.order_list = spelling;
        self
    }
}
