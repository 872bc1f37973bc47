//! Switches between interpretations of SePay's documents that are not verified.

use serde::Deserialize;

/// Switches between interpretations of SePay's documents that are not verified: the table `compat`
/// of the configuration. Set one if SePay's server turns out to differ from the default. Each is
/// described in docs/unverified.md.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Compat {
    /// The parameter for the end of a period in the list of orders. Default: that of SePay's
    /// libraries.
    pub order_list_end: Option<OrderListEnd>,
    /// The parameter for the sorting of the list of orders. Default: that of SePay's libraries.
    pub order_list_sort: Option<OrderListSort>,
    /// The last segment of the User API v1's path to the virtual accounts of an order. Default:
    /// `va`.
    pub userapi_v1_va_path: Option<V1VaPath>,
    /// The path of the checkout form. Default: `/v1/checkout/init`.
    pub checkout_path: Option<String>,
}

/// The parameter for the end of a period of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OrderListEnd {
    /// `to_created_at`, as in SePay's libraries.
    #[default]
    ToCreatedAt,
    /// `end_created_at`, as in the table of SePay's documentation.
    EndCreatedAt,
}

/// The parameter for the sorting of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OrderListSort {
    /// `brackets`, for `sort[created_at]=asc`, as in SePay's libraries.
    #[default]
    Brackets,
    /// `colon`, for `sort=created_at:asc`, as in the table of SePay's documentation.
    Colon,
}

/// The last segment of the User API v1's path to the virtual accounts of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum V1VaPath {
    /// `va`, as in the documentation of v1.
    #[default]
    Va,
    /// `vas`, as in the guide for the upgrade from v1.
    Vas,
}
