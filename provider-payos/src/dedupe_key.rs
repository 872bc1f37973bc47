//! The dedupe key of money that arrived for a link, which is the same in a webhook and in an
//! inquiry.

use payments_core::{DedupeKey, Error, Result};

/// The fields of a webhook from which the key is made.
pub(crate) const KEY_FIELDS: &[&str] = &["paymentLinkId", "reference"];

/// Returns the key of a transfer. It is made from payOS's number of the link and the bank's
/// reference, because one link can be paid twice.
///
/// # Errors
/// Returns an error if one of them is empty or contains a character that keys do not allow.
pub(crate) fn transfer(link: &str, reference: &str) -> Result<DedupeKey> {
    if link.is_empty() || reference.is_empty() || link.contains(':') {
        return Err(Error::invalid("dedupe_key", "lacks the number of the link or the reference"));
    }
    DedupeKey::new("payos.transfer", format!("{link}:{reference}"))
}
