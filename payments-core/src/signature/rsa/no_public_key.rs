//! The public key without the feature `rsa`: there is none.

use std::convert::Infallible;

use super::RsaError;

/// A key that checks RSA signatures.
#[derive(Clone, Debug)]
pub struct PublicKey(Infallible);

impl PublicKey {
    /// Reads a certificate or a public key.
    ///
    /// # Errors
    /// [`RsaError::NotCompiledIn`]: the feature `rsa` is off.
    pub fn from_bytes(_: &[u8]) -> Result<Self, RsaError> {
        Err(RsaError::NotCompiledIn { feature: "rsa" })
    }

    /// Whether `signature` is of `message` by this key.
    pub fn verify(&self, _message: &[u8], _signature: &[u8]) -> bool {
        match self.0 {}
    }
}
