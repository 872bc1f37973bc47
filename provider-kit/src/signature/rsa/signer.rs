use std::fmt;

use rsa::{
    RsaPrivateKey,
    pkcs1::DecodeRsaPrivateKey,
    pkcs1v15::SigningKey,
    pkcs8::DecodePrivateKey,
    sha2::Sha256,
    signature::{RandomizedSigner, SignatureEncoding},
    traits::PublicKeyParts,
};

use super::{
    RsaError, Signer,
    key_file::{Form, KeyFile},
    long_enough,
};

/// The default signer: the `rsa` crate, with blinding.
pub struct RsaSigner(SigningKey<Sha256>);

impl RsaSigner {
    /// Reads a private key in PEM or DER, PKCS#8 or PKCS#1, with any line endings.
    ///
    /// # Errors
    /// Returns an error if the key cannot be read or is shorter than 2048 bits.
    pub fn from_bytes(private_key: &[u8]) -> Result<Self, RsaError> {
        let key = match KeyFile::read(private_key)?.form() {
            Form::Pkcs8(der) => RsaPrivateKey::from_pkcs8_der(der).map_err(Into::into),
            Form::Pkcs1(der) => RsaPrivateKey::from_pkcs1_der(der).map_err(Into::into),
        }
        .map_err(RsaError::PrivateKey)?;
        long_enough(key.size())?;
        Ok(Self(SigningKey::new(key)))
    }
}

impl Signer for RsaSigner {
    fn name(&self) -> &'static str {
        "rsa"
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, RsaError> {
        // The random numbers are used only for blinding; the signature is the same every time.
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
