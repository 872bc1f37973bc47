//! The type of public keys without the feature `rsa`. It has no values.

use std::convert::Infallible;

use super::RsaError;

/// A key that checks RSA signatures.
#[derive(Clone, Debug)]
pub struct PublicKey(Infallible);

impl PublicKey {
    /// Refuses every certificate and public key.
    ///
    /// # Errors
    /// Returns [`RsaError::NotCompiledIn`], because the feature `rsa` is off.
    pub fn from_bytes(_: &[u8]) -> Result<Self, RsaError> {
        Err(RsaError::NotCompiledIn { feature: "rsa" })
    }
}

impl payments_core::signature::VerifyingKey for PublicKey {
    fn verify(&self, _message: &[u8], _signature: &[u8]) -> bool {
        match self.0 {}
    }
}
