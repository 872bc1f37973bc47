//! Switches for readings of SePay's documents that are not verified.

use serde::Deserialize;

/// The table `compat`: what to change where SePay's server reads differently from the pages that are
/// believed here. Each reading is in docs/unverified.md.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Compat {
    /// How the list of orders spells the end of a period. Default: as SePay's libraries.
    pub order_list_end: Option<OrderListEnd>,
    /// How it spells the sorting. Default: as SePay's libraries.
    pub order_list_sort: Option<OrderListSort>,
    /// The last segment of v1's path to the virtual accounts of an order. Default: `va`.
    pub userapi_v1_va_path: Option<V1VaPath>,
    /// The path of the checkout form. Default: `/v1/checkout/init`.
    pub checkout_path: Option<String>,
}

/// The parameter for the end of a period of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OrderListEnd {
    /// `to_created_at`: SePay's libraries.
    #[default]
    ToCreatedAt,
    /// `end_created_at`: SePay's table.
    EndCreatedAt,
}

/// The parameter for the sorting of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OrderListSort {
    /// `brackets`, as in `sort[created_at]=asc`: SePay's libraries.
    #[default]
    Brackets,
    /// `colon`, as in `sort=created_at:asc`: SePay's table.
    Colon,
}

/// The last segment of v1's path to the virtual accounts of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum V1VaPath {
    /// `va`: the pages of v1.
    #[default]
    Va,
    /// `vas`: the guide for the upgrade from it.
    Vas,
}
