//! Fingerprints of values that only one provider may have: a merchant account, a secret, an API
//! token.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::ProviderKind;

/// A fingerprint of a value that only one provider may have, and the configuration key that gives
/// it. The value itself is not stored.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) key: &'static str,
    pub(crate) fingerprint: [u8; 32],
    /// Whether it is a merchant account.
    pub(crate) is_merchant: bool,
}

impl Credential {
    /// Creates the fingerprint of `value`. `scope` contains the other values that must be equal,
    /// such as the environment.
    pub(crate) fn new(key: &'static str, kind: &ProviderKind, scope: &str, value: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind.as_str().as_bytes(), scope.as_bytes(), value] {
            // The length before each part separates it from the next.
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        Self { key, fingerprint: hash.finalize().into(), is_merchant: false }
    }

    pub(crate) fn of_merchant(mut self) -> Self {
        self.is_merchant = true;
        self
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_not_printed() {
        let kind = ProviderKind::new("acme").unwrap();
        let credential = Credential::new("passcode", &kind, "secret", b"canary");
        assert_eq!(format!("{credential:?}"), "Credential(passcode)");
    }
}
