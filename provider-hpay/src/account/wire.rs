//! Responses about the merchant's account at HPay, with HPay's own field names.

use provider_kit::wire::Grouped;
use serde::Deserialize;

use crate::envelope::Literal;

/// `data` of a balance inquiry, in HPay's spelling.
#[derive(Deserialize)]
pub(crate) struct Balance {
    pub(crate) balance: Grouped,
    pub(crate) respone_time: Option<Literal>,
}
