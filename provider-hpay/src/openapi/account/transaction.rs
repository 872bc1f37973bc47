//! One transaction of the merchant's account.

use payments_core::{GatewayRef, Raw, money::Money};

/// One transaction of the merchant's account. The newer OpenAPI's field names are not published, so
/// some fields may be missing; `raw` has the whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction {
    /// HPay's number of the transaction.
    pub number: GatewayRef,
    /// The amount in đồng. `None` if the response has none that can be read.
    pub amount: Option<Money>,
    /// HPay's word for the state. `None` if the response has none.
    pub provider_state: Option<String>,
    /// HPay's response as received.
    pub raw: Raw,
}
