//! RSA signatures: PKCS#1 v1.5 with SHA-256, behind the trait [`Signer`].
//!
//! Two signers make the same bytes with the same key; a configuration chooses one by its name
//! ([`SignerKind`]). Keys and certificates can be in PEM or DER.

#[cfg(feature = "aws-lc")]
mod aws_lc;
#[cfg(feature = "rsa")]
mod content;
#[cfg(feature = "rsa")]
mod key_file;
#[cfg(feature = "rsa")]
mod pem_text;
#[cfg(feature = "rsa")]
mod public_key;
#[cfg(not(feature = "rsa"))]
#[path = "no_public_key.rs"]
mod public_key;
#[cfg(feature = "rsa")]
mod signer;

use std::sync::Arc;

#[cfg(feature = "aws-lc")]
pub use aws_lc::AwsLcSigner;
pub use public_key::PublicKey;
#[cfg(feature = "rsa")]
pub use signer::RsaSigner;

/// Makes RSA signatures. The `rsa` crate is the default implementation.
pub trait Signer: Send + Sync + 'static {
    /// Returns the name of the implementation.
    fn name(&self) -> &'static str;

    /// Signs `message`.
    ///
    /// # Errors
    /// Returns an error if the key cannot sign.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, RsaError>;
}

/// The implementation of [`Signer`] that a configuration selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerKind {
    /// `rsa`: the `rsa` crate, written in Rust, with blinding. Available with the feature `rsa`.
    #[default]
    Rsa,
    /// `aws-lc`: aws-lc-rs, about five times as fast and in constant time. Available with the
    /// feature `aws-lc`.
    AwsLc,
}

impl SignerKind {
    /// Every kind with its name, the default first.
    pub const CHOICES: [(&'static str, Self); 2] = [("rsa", Self::Rsa), ("aws-lc", Self::AwsLc)];

    #[cfg(not(feature = "aws-lc"))]
    fn feature(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::AwsLc => "aws-lc",
        }
    }

    /// Creates a signer of this kind from a private key in PEM or DER, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// Returns [`RsaError::NotCompiledIn`] if the feature of this kind is off, and another error if
    /// the key cannot be read or is shorter than 2048 bits.
    pub fn read(self, private_key: &[u8]) -> Result<Arc<dyn Signer>, RsaError> {
        match self {
            #[cfg(feature = "rsa")]
            Self::Rsa => Ok(Arc::new(RsaSigner::from_bytes(private_key)?)),
            #[cfg(feature = "aws-lc")]
            Self::AwsLc => Ok(Arc::new(AwsLcSigner::from_bytes(private_key)?)),
            #[cfg(not(feature = "aws-lc"))]
            kind => {
                // Without its feature a signer does not read the key.
                let _ = private_key;
                Err(RsaError::NotCompiledIn { feature: kind.feature() })
            }
        }
    }
}

/// The reason why a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RsaError {
    /// The file of the private key cannot be read.
    #[error("the private key is neither a PKCS#8 nor a PKCS#1 RSA key, in PEM or DER: {0}")]
    KeyFile(&'static str),
    /// The private key itself cannot be read.
    #[error("the private key is not an RSA key that can be used: {0}")]
    PrivateKey(#[source] Cause),
    /// The private key is encrypted.
    #[error(
        "the private key is encrypted; write it in the clear with `openssl pkey -in KEY -out \
         PLAIN` to a file that only this program can read"
    )]
    Encrypted,
    /// The public key or certificate cannot be read.
    #[error("the public key is neither a certificate nor a public key of RSA, in PEM or DER: {0}")]
    PublicKey(&'static str),
    /// The key is too short to be safe.
    #[error("the key has {bits} bits; at least 2048 are needed")]
    TooShort {
        /// The length of the key in bits.
        bits: usize,
    },
    /// Signing failed.
    #[error("the private key cannot sign")]
    Sign(#[source] Cause),
    /// The code that reads the key is not compiled into this program.
    #[error("this is not compiled in; turn on the cargo feature `{feature}`")]
    NotCompiledIn {
        /// The feature that makes it available.
        feature: &'static str,
    },
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

#[cfg(feature = "rsa")]
fn long_enough(bytes: usize) -> Result<(), RsaError> {
    let bits = bytes * 8;
    if bits < 2048 { Err(RsaError::TooShort { bits }) } else { Ok(()) }
}

#[cfg(test)]
#[cfg(feature = "rsa")]
mod tests;
