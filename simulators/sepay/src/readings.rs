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
    /// The last segment of v1's path to the virtual accounts of an order.
    pub v1_va_path: V1VaPath,
}

/// The last segment of v1's path to the virtual accounts of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum V1VaPath {
    /// `va`, as the pages of v1 say.
    #[default]
    Va,
    /// `vas`, as the guide for the upgrade from v1 says.
    Vas,
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

    /// The last segment of v1's path to the virtual accounts of an order.
    #[must_use]
    pub fn with_v1_va_path(mut self, path: V1VaPath) -> Self {
        self.v1_va_path = path;
        self
    }

    /// How two parameters of the list of orders are spelt.
    #[must_use]
    pub fn with_order_list(mut self, spelling: OrderListSpelling) -> Self {
        self.order_list = spelling;
        self
    }
}
