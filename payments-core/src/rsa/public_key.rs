use rsa::{
    RsaPublicKey,
    pkcs1::DecodeRsaPublicKey,
    pkcs1v15::{Signature, VerifyingKey},
    pkcs8::DecodePublicKey,
    sha2::Sha256,
    signature::Verifier,
    traits::PublicKeyParts,
};
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use x509_cert::der::{Decode as _, Encode as _};

use super::{RsaError, key_file::is_pem, long_enough};

/// A key that checks RSA signatures.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey<Sha256>);

impl PublicKey {
    /// Reads a certificate or a public key, in PEM or DER. Of a certificate only the key counts:
    /// it is pinned, so neither its names nor its dates nor its issuer are looked at.
    ///
    /// # Errors
    /// It cannot be read, or is shorter than 2048 bits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RsaError> {
        let key = if is_pem(bytes) { from_pem(bytes) } else { from_der(bytes) }
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

/// The first certificate or public key of a PEM file.
fn from_pem(bytes: &[u8]) -> Option<RsaPublicKey> {
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        match section.ok()? {
            (SectionKind::Certificate, der) => return of_certificate(&der),
            (SectionKind::PublicKey, der) => return RsaPublicKey::from_public_key_der(&der).ok(),
            _ => {}
        }
    }
    // `BEGIN RSA PUBLIC KEY`.
    RsaPublicKey::from_pkcs1_pem(std::str::from_utf8(bytes).ok()?.trim()).ok()
}

fn from_der(bytes: &[u8]) -> Option<RsaPublicKey> {
    of_certificate(bytes)
        .or_else(|| RsaPublicKey::from_public_key_der(bytes).ok())
        .or_else(|| RsaPublicKey::from_pkcs1_der(bytes).ok())
}

fn of_certificate(der: &[u8]) -> Option<RsaPublicKey> {
    let certificate = x509_cert::Certificate::from_der(der).ok()?;
    let spki = certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
    RsaPublicKey::from_public_key_der(&spki).ok()
}
