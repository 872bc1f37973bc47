//! Responses of the checkout, with HPay's own field names.

use provider_kit::wire::Number;
use serde::Deserialize;

use crate::envelope::Literal;

/// `data` of an order inquiry.
#[derive(Deserialize)]
pub(crate) struct Order {
    pub(crate) order_code: Literal,
    pub(crate) transaction_status: Literal,
    pub(crate) total_amount: Option<Number>,
    pub(crate) transaction_id: Option<Literal>,
}
