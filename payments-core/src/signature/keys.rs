//! The secrets that sign and check.

use std::fmt;

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

use crate::secret::Secret;

/// The secrets that a check accepts, newest first. It is never empty.
#[derive(Clone)]
pub struct Keys(pub(super) Vec<Key>);

#[derive(Clone)]
pub(super) struct Key {
    pub(super) secret: Secret,
    /// The HMAC with this key, cloned for each message.
    pub(super) hmac: Hmac<Sha256>,
}

impl Keys {
    /// Creates keys with one secret.
    pub fn one(secret: Secret) -> Self {
        Self(vec![Key::new(secret)])
    }

    /// Adds an older secret, which checks accept as well.
    #[must_use]
    pub fn or(mut self, older: Secret) -> Self {
        self.0.push(Key::new(older));
        self
    }

    /// Returns every secret, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().map(|key| &key.secret)
    }

    /// Returns the newest secret, which signs.
    pub fn newest(&self) -> Option<&Secret> {
        self.0.first().map(|key| &key.secret)
    }
}

impl Key {
    pub(super) fn new(secret: Secret) -> Self {
        // An HMAC accepts a key of any length, so this cannot fail; the fallback key is never used.
        let hmac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())
            .unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
        Self { secret, hmac }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}
