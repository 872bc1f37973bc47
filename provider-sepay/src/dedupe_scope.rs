//! The identifier spaces of SePay, each a scope of dedupe keys.
//!
//! According to SePay's documents, no two of them share numbers: the webhook, each version of the
//! User API and the partner API give one transfer different numbers. The scope of a key therefore
//! names its source, and `same_credit` compares the money across sources.

use payments_core::DedupeKey;

use crate::field::Unclear;

/// The scope for the `id` of a webhook about a bank transaction.
pub(crate) const WEBHOOK: &str = "sepay.webhook";

/// The scope for the `id` of a transaction in the User API v2.
pub(crate) const TRANSACTION: &str = "sepay.transaction";

/// The scope for the `id` of a transaction in the User API v1.
pub(crate) const TRANSACTION_V1: &str = "sepay.v1";

/// The scope for the `id` of a transaction in the partner API (OAuth 2.0).
#[cfg(feature = "oauth")]
pub(crate) const TRANSACTION_OAUTH: &str = "sepay.oauth";

/// The scope for an order of the payment gateway, with its state and the amount received.
pub(crate) const ORDER: &str = "sepay.order";

/// Returns the key of the row or delivery with this id.
pub(crate) fn key(scope: &str, id: &str) -> Result<DedupeKey, Unclear> {
    if id.is_empty() {
        return Err(Unclear::in_field("id", "is empty"));
    }
    DedupeKey::new(scope, id).map_err(|_| Unclear::in_field("id", "cannot be one"))
}
