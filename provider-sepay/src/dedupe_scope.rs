//! The identifier spaces of SePay, each a scope of dedupe keys.
//!
//! No two of them share numbers, as far as SePay documents: one transfer has a number of its own in
//! the webhook, in each version of the User API and in the partner API. So the scope of a key says
//! from which of them it comes, and `same_credit` compares the money across them.

use payments_core::DedupeKey;

use crate::field::Unclear;

/// The `id` of a webhook about a bank transaction.
pub(crate) const WEBHOOK: &str = "sepay.webhook";

/// The `id` of a transaction in the User API v2.
pub(crate) const TRANSACTION: &str = "sepay.transaction";

/// The `id` of a transaction in the User API v1.
pub(crate) const TRANSACTION_V1: &str = "sepay.v1";

/// The `id` of a transaction in the partner API (OAuth 2.0).
#[cfg(feature = "oauth")]
pub(crate) const TRANSACTION_OAUTH: &str = "sepay.oauth";

/// The payment gateway's order, in a state and with what it received.
pub(crate) const ORDER: &str = "sepay.order";

/// The key of the row or delivery with this id.
pub(crate) fn key(scope: &str, id: &str) -> Result<DedupeKey, Unclear> {
    if id.is_empty() {
        return Err(Unclear::in_field("id", "is empty"));
    }
    DedupeKey::new(scope, id).map_err(|_| Unclear::in_field("id", "cannot be one"))
}
