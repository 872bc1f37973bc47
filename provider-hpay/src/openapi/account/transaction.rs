//! One transaction of the merchant's account.

use payments_core::{GatewayRef, Raw, money::Money};

/// One transaction of the merchant's account, as far as it can be read: the newer OpenAPI's words for it
/// are not published, and `raw` has all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction {
    /// HPay's number of it.
    pub number: GatewayRef,
    /// How much, in đồng, where HPay says so.
    pub amount: Option<Money>,
    /// HPay's word for its state, where there is one.
    pub provider_state: Option<String>,
    /// HPay's own words.
    pub raw: Raw,
}
