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

use super::{
    RsaError,
    content::{Content, PGP, foreign, not_rsa},
    long_enough,
    pem_text::{PemText, bare_base64},
};

/// A key that checks RSA signatures.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey<Sha256>);

impl PublicKey {
    /// Reads a certificate or a public key, in PEM or DER. Only the key of a certificate is used:
    /// it is pinned, so its names, its dates and its issuer are ignored.
    ///
    /// # Errors
    /// Returns an error if it cannot be read or is shorter than 2048 bits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RsaError> {
        let inside = bare_base64(bytes);
        let bytes = inside.as_ref().map_or(bytes, |inside| inside.as_slice());
        let key = match PemText::of(bytes) {
            Some(text) => from_pem(&text),
            None => from_der(bytes),
        }
        .map_err(RsaError::PublicKey)?;
        long_enough(key.size())?;
        Ok(Self(VerifyingKey::new(key)))
    }
}

impl payments_core::signature::VerifyingKey for PublicKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

/// Returns the first certificate or public key of a PEM file. The content decides, not the label.
fn from_pem(text: &PemText) -> Result<RsaPublicKey, &'static str> {
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes()) {
        // The parser's own errors quote lines.
        let (kind, der) = section.map_err(|_| "its PEM is damaged; save the file once more")?;
        if matches!(kind, SectionKind::Certificate | SectionKind::PublicKey) {
            return from_der(&der);
        }
    }
    Err(if text.has("PKCS7") || text.has("CMS") {
        CERTIFICATES
    } else if text.has("TRUSTED CERTIFICATE") {
        "it is a trusted certificate of OpenSSL; write it plainly with `openssl x509 -in FILE -out \
         CERTIFICATE`"
    } else if text.contains("CERTIFICATE REQUEST-----") {
        "it is a request for a certificate; the certificate itself is needed"
    } else if text.contains("PRIVATE KEY-----") {
        PRIVATE_KEY
    } else if text.contains("-----BEGIN PGP ") {
        PGP
    } else {
        "no certificate and no public key was found"
    })
}

const CERTIFICATES: &str = "it is a bundle (.p7b); take the certificate out with `openssl pkcs7 -in \
                            FILE -print_certs -out CERTIFICATE`";
const PRIVATE_KEY: &str =
    "it is a private key; the other side's certificate or public key is needed";

fn from_der(bytes: &[u8]) -> Result<RsaPublicKey, &'static str> {
    if let Ok(certificate) = x509_cert::Certificate::from_der(bytes) {
        let spki = certificate.tbs_certificate.subject_public_key_info;
        if let Some(why) = not_rsa(&spki.algorithm.oid) {
            return Err(why);
        }
        let key = spki.to_der().ok().and_then(|der| RsaPublicKey::from_public_key_der(&der).ok());
        return key.ok_or("its certificate has no usable key");
    }
    if let Ok(key) = RsaPublicKey::from_public_key_der(bytes) {
        return Ok(key);
    }
    if let Ok(key) = RsaPublicKey::from_pkcs1_der(bytes) {
        return Ok(key);
    }
    Err(match Content::of(bytes) {
        Content::Certificates => CERTIFICATES,
        Content::Bundle => {
            "it is a bundle (.p12, .pfx); take the certificate out with `openssl pkcs12 -in FILE \
             -nokeys -out CERTIFICATE`"
        }
        Content::PrivateKey | Content::EncryptedKey => PRIVATE_KEY,
        Content::PublicKey(algorithm) => not_rsa(&algorithm).unwrap_or("its key is damaged"),
        Content::Unknown if bytes.is_empty() => "it is empty",
        Content::Unknown => foreign(bytes).unwrap_or("it is neither PEM nor DER"),
    })
}
