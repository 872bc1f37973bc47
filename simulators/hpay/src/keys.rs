//! The RSA signatures of payouts: the gateway's private key and the merchant's public one.

use base64::{Engine, engine::general_purpose::STANDARD};
use rsa::{
    BigUint, Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey,
    pkcs1::DecodeRsaPrivateKey,
    pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey, LineEnding},
    sha2::{Digest, Sha256},
    traits::PublicKeyParts,
};
use x509_cert::{
    Certificate,
    der::{DecodePem, Encode},
};

/// The keys of a gateway: its own private key, and the public key that the merchant registered.
///
/// Signatures are RSASSA-PKCS1-v1_5 over SHA-256, as padded base64.
pub struct Keys {
    gateway: RsaPrivateKey,
    merchant: RsaPublicKey,
}

/// The result of checking a merchant's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The merchant's key signed this text.
    Good,
    /// The merchant's key signed another text: the layout or the passcode is wrong.
    OtherText,
    /// It is no signature by the merchant's key.
    OtherKey,
}

/// A key file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{whose} is not a readable RSA key: {reason}")]
pub struct UnreadableKey {
    whose: &'static str,
    reason: String,
}

/// The ASN.1 that names SHA-256 inside a PKCS#1 v1.5 signature (RFC 8017, section 9.2).
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
const SHA256_SIZE: usize = 32;

impl Keys {
    /// Reads the gateway's private key (PKCS#8 or PKCS#1) and the merchant's certificate or
    /// public key, all as PEM.
    ///
    /// # Errors
    /// One of them cannot be read. The message never shows the key.
    pub fn read(gateway_private: &str, merchant_public: &str) -> Result<Self, UnreadableKey> {
        Ok(Self {
            gateway: private_key(gateway_private)
                .map_err(|reason| UnreadableKey { whose: "HPay's private key", reason })?,
            merchant: public_key(merchant_public)
                .map_err(|reason| UnreadableKey { whose: "the merchant's certificate", reason })?,
        })
    }

    /// Signs `text` as the gateway.
    ///
    /// # Errors
    /// The key cannot sign, for example because its parameters do not fit together.
    pub fn sign(&self, text: &str) -> Result<String, UnreadableKey> {
        sign(&self.gateway, text)
            .map_err(|reason| UnreadableKey { whose: "HPay's private key", reason })
    }

    /// Checks a merchant's base64 signature over `text`.
    pub fn check(&self, text: &str, signature: &str) -> Verdict {
        let Ok(signature) = STANDARD.decode(signature) else { return Verdict::OtherKey };
        let digest = Sha256::digest(text.as_bytes());
        match self.merchant.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, &signature) {
            Ok(()) => Verdict::Good,
            Err(_) if self.is_signature_over_something(&signature) => Verdict::OtherText,
            Err(_) => Verdict::OtherKey,
        }
    }

    /// Whether the merchant's key turns `signature` into a well-formed padded digest.
    fn is_signature_over_something(&self, signature: &[u8]) -> bool {
        let size = self.merchant.size();
        // 00 01 FF … FF 00 info digest; the number drops the leading 00.
        let Some(filling) = size.checked_sub(3 + SHA256_INFO.len() + SHA256_SIZE) else {
            return false;
        };
        let mut expected = vec![0x01];
        expected.resize(1 + filling, 0xff);
        expected.push(0x00);
        expected.extend_from_slice(&SHA256_INFO);
        let opened = BigUint::from_bytes_be(signature).modpow(self.merchant.e(), self.merchant.n());
        opened
            .to_bytes_be()
            .strip_prefix(expected.as_slice())
            .is_some_and(|digest| digest.len() == SHA256_SIZE)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// Signs `text` as the merchant whose private key, as PEM, is given.
///
/// # Errors
/// The key cannot be read or cannot sign. The message never shows it.
pub(crate) fn sign_as_merchant(pem: &str, text: &str) -> Result<String, UnreadableKey> {
    private_key(pem)
        .and_then(|key| sign(&key, text))
        .map_err(|reason| UnreadableKey { whose: "the merchant's private key", reason })
}

/// The public key, as PEM, of the merchant whose private key, as PEM, is given.
///
/// # Errors
/// The key cannot be read. The message never shows it.
pub(crate) fn public_key_of(pem: &str) -> Result<String, UnreadableKey> {
    private_key(pem)
        .and_then(|key| {
            let public = key.to_public_key().to_public_key_pem(LineEnding::LF);
            public.map_err(|error| error.to_string())
        })
        .map_err(|reason| UnreadableKey { whose: "the merchant's private key", reason })
}

fn sign(key: &RsaPrivateKey, text: &str) -> Result<String, String> {
    let digest = Sha256::digest(text.as_bytes());
    key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest)
        .map(|signature| STANDARD.encode(signature))
        .map_err(|error| error.to_string())
}

fn private_key(pem: &str) -> Result<RsaPrivateKey, String> {
    RsaPrivateKey::from_pkcs8_pem(pem)
        .or_else(|first| RsaPrivateKey::from_pkcs1_pem(pem).map_err(|_| first.to_string()))
}

fn public_key(pem: &str) -> Result<RsaPublicKey, String> {
    if pem.contains("BEGIN PUBLIC KEY") {
        return RsaPublicKey::from_public_key_pem(pem).map_err(|error| error.to_string());
    }
    let certificate = Certificate::from_pem(pem).map_err(|error| error.to_string())?;
    let der = certificate
        .tbs_certificate
        .subject_public_key_info
        .to_der()
        .map_err(|error| error.to_string())?;
    RsaPublicKey::from_public_key_der(&der).map_err(|error| error.to_string())
}
