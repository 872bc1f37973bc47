//! Data about the merchant's account, with the field names of the newer OpenAPI.

use provider_kit::wire::{Grouped, Number};
use serde::Deserialize;

use crate::envelope::Literal;

/// Data of a balance inquiry.
#[derive(Deserialize)]
pub(super) struct Balance {
    pub(super) balance: Grouped,
}

/// Data of a transaction inquiry. Public code of merchants uses none of them, so the names are a
/// guess based on those of other calls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    pub(super) transaction_id: Literal,
    pub(super) amount: Option<Number>,
    pub(super) transaction_status: Option<Literal>,
}
