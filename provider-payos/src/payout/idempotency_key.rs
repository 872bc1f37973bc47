//! The key by which payOS recognises a repeated payout.

use payments_core::PayoutRef;
use uuid::Uuid;

/// The namespace of the keys that this crate derives.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0d_1b0e_7d1c_4c5e_9a53_5e4d_7fb1_20a9);

/// Returns the key of a payout. It is always the same for one reference at one channel, so that
/// sending it a second time, even after a crash, is never a second payout. payOS does not publish
/// how long it remembers a key.
pub(super) fn of(client_id: &str, payout: &PayoutRef) -> String {
    // The separator is a line break, because references cannot contain one.
    let name = format!("{client_id}\n{payout}");
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_one_key_for_ever_and_at_one_channel() {
        let key = |client, payout| of(client, &PayoutRef::new(payout).unwrap());
        // The value is pinned, because a key that changed with a new version would pay twice.
        assert_eq!(key("c", "P1"), "40c0a2f7-63b0-53d2-9428-4e275bd84282");
        assert_ne!(key("c", "P1"), key("c", "P2"));
        assert_ne!(key("c", "P1"), key("d", "P1"));
    }
}
