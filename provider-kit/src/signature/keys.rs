//! The keys of a formula.

use std::fmt;

use payments_core::signature::Keys;

use super::rsa::{PublicKey, Signer};

/// The keys for signing: a secret, and a private key if the algorithm needs one.
#[derive(Clone, Copy)]
pub struct SigningKeys<'a> {
    /// The shared secret.
    pub secret: Option<&'a Keys>,
    /// The private key.
    pub signer: Option<&'a dyn Signer>,
}

/// The keys for checking: secrets, and public keys if the algorithm needs them.
#[derive(Clone, Copy)]
pub struct CheckingKeys<'a> {
    /// The shared secrets, newest first.
    pub secrets: Option<&'a Keys>,
    /// The public keys.
    pub public: &'a [PublicKey],
}

impl fmt::Debug for SigningKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(…)")
    }
}

impl fmt::Debug for CheckingKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckingKeys(…)")
    }
}
