//! RSA signatures: PKCS#1 v1.5 with SHA-256, behind a small seam.

use std::fmt;

use rsa::{
    RsaPrivateKey, RsaPublicKey,
    pkcs1::DecodeRsaPrivateKey,
    pkcs1v15::{Signature, SigningKey, VerifyingKey},
    pkcs8::{DecodePrivateKey, DecodePublicKey},
    sha2::Sha256,
    signature::{RandomizedSigner, SignatureEncoding, Verifier},
    traits::PublicKeyParts,
};
use x509_cert::der::{Decode as _, DecodePem as _, Encode as _};

use crate::secret::Secret;

/// Makes RSA signatures. The `rsa` crate is the default; another implementation can stand here.
pub trait Signer: Send + Sync + 'static {
    /// What makes the signatures, for the list of what is in use.
    fn name(&self) -> &'static str;

    /// Signs `message`.
    ///
    /// # Errors
    /// The key cannot sign.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, RsaError>;
}

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RsaError {
    /// The private key cannot be read.
    #[error("the private key is neither a PKCS#8 nor a PKCS#1 PEM")]
    PrivateKey(#[source] Cause),
    /// The public key or certificate cannot be read.
    #[error("the public key is neither a certificate nor a public key, in PEM or DER")]
    PublicKey,
    /// The key is too short to be safe.
    #[error("the key has {bits} bits; at least 2048 are needed")]
    TooShort {
        /// How long it is.
        bits: usize,
    },
    /// Signing failed.
    #[error("the private key cannot sign")]
    Sign(#[source] Cause),
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The default signer: the `rsa` crate, with blinding.
pub struct RsaSigner(SigningKey<Sha256>);

impl RsaSigner {
    /// Reads a private key in PEM, PKCS#8 or PKCS#1, with line ends of any kind.
    ///
    /// # Errors
    /// It cannot be read, or is shorter than 2048 bits.
    pub fn from_pem(pem: &Secret) -> Result<Self, RsaError> {
        let pem = pem.expose().trim();
        let key = RsaPrivateKey::from_pkcs8_pem(pem).or_else(|not_pkcs8| {
            RsaPrivateKey::from_pkcs1_pem(pem).map_err(|_| RsaError::PrivateKey(not_pkcs8.into()))
        })?;
        long_enough(key.size())?;
        Ok(Self(SigningKey::new(key)))
    }
}

impl Signer for RsaSigner {
    fn name(&self) -> &'static str {
        "rsa"
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, RsaError> {
        // The random numbers only blind; the signature is the same every time.
        self.0
            .try_sign_with_rng(&mut rsa::rand_core::OsRng, message)
            .map(|signature| signature.to_vec())
            .map_err(|error| RsaError::Sign(error.into()))
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaSigner(…)")
    }
}

/// A key that checks RSA signatures.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey<Sha256>);

impl PublicKey {
    /// Reads a certificate or a public key, in PEM or DER. Of a certificate only the key counts:
    /// it is pinned, so neither its names nor its dates are looked at.
    ///
    /// # Errors
    /// It cannot be read, or is shorter than 2048 bits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RsaError> {
        let key = match std::str::from_utf8(bytes) {
            Ok(text) if text.trim_start().starts_with("-----BEGIN") => from_pem(text.trim()),
            _ => from_der(bytes),
        }
        .ok_or(RsaError::PublicKey)?;
        long_enough(key.size())?;
        Ok(Self(VerifyingKey::new(key)))
    }

    /// Whether `signature` is of `message` by this key.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

fn from_pem(text: &str) -> Option<RsaPublicKey> {
    if text.contains("BEGIN CERTIFICATE") {
        let certificate = x509_cert::Certificate::from_pem(text).ok()?;
        return of_certificate(&certificate);
    }
    RsaPublicKey::from_public_key_pem(text).ok()
}

fn from_der(bytes: &[u8]) -> Option<RsaPublicKey> {
    match x509_cert::Certificate::from_der(bytes) {
        Ok(certificate) => of_certificate(&certificate),
        Err(_) => RsaPublicKey::from_public_key_der(bytes).ok(),
    }
}

fn of_certificate(certificate: &x509_cert::Certificate) -> Option<RsaPublicKey> {
    let spki = certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
    RsaPublicKey::from_public_key_der(&spki).ok()
}

fn long_enough(bytes: usize) -> Result<(), RsaError> {
    let bits = bytes * 8;
    if bits < 2048 { Err(RsaError::TooShort { bits }) } else { Ok(()) }
}
