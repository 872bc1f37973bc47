//! Secrets that never print and compare in constant time.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use subtle::ConstantTimeEq;

/// A key, token, passcode or private key: never empty, never printed, wiped when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

/// A secret file that need not be text, such as a private key in DER: never printed, wiped when
/// dropped.
pub struct SecretBytes(SecretSlice<u8>);

/// A secret was empty. An empty key would authenticate everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is empty; an empty one would accept anybody")]
pub struct EmptySecret;

impl Secret {
    /// Wraps `text`.
    ///
    /// # Errors
    /// `text` is empty or only white space.
    pub fn new(text: impl Into<String>) -> Result<Self, EmptySecret> {
        let text = SecretString::from(text.into());
        if text.expose_secret().trim().is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(text))
    }

    /// The secret itself, to sign or to send; never to print.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Compares in constant time; only the length may leak.
    pub fn matches(&self, presented: &[u8]) -> bool {
        same_bytes(self.expose().as_bytes(), presented)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl SecretBytes {
    /// Wraps `bytes`.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// The secret itself, to make a key of; never to print.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

impl std::str::FromStr for Secret {
    type Err = EmptySecret;

    fn from_str(text: &str) -> Result<Self, EmptySecret> {
        Self::new(text)
    }
}

pub(crate) fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new("spsk_test_canary").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let file = SecretBytes::new(b"canary".to_vec());
        assert_eq!(format!("{file:?}"), "SecretBytes(…)");
    }

    #[test]
    fn an_empty_secret_cannot_be_made() {
        assert_eq!(Secret::new("").unwrap_err(), EmptySecret);
        assert_eq!(Secret::new(" \n").unwrap_err(), EmptySecret);
    }

    #[test]
    fn a_prefix_does_not_match() {
        let secret = Secret::new("abcdef").unwrap();
        assert!(secret.matches(b"abcdef"));
        assert!(!secret.matches(b"abcde"));
        assert!(!secret.matches(b""));
    }
}
