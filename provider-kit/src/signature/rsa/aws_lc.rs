use std::fmt;

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};

use super::{
    RsaError, Signer,
    key_file::{Form, KeyFile},
    long_enough,
};

/// The signer of aws-lc-rs: constant-time C and assembly. Its signatures are byte for byte those of
/// `RsaSigner`.
pub struct AwsLcSigner(KeyPair);

impl AwsLcSigner {
    /// Reads a private key in PEM or DER, PKCS#8 or PKCS#1, with any line endings.
    ///
    /// # Errors
    /// Returns an error if the key cannot be read or is shorter than 2048 bits.
    pub fn from_bytes(private_key: &[u8]) -> Result<Self, RsaError> {
        let key = match KeyFile::read(private_key)?.form() {
            Form::Pkcs8(der) => KeyPair::from_pkcs8(der),
            Form::Pkcs1(der) => KeyPair::from_der(der),
        }
        .map_err(|error| RsaError::PrivateKey(error.into()))?;
        long_enough(key.public_modulus_len())?;
        Ok(Self(key))
    }
}

impl Signer for AwsLcSigner {
    fn name(&self) -> &'static str {
        "aws-lc"
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, RsaError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        // This padding uses no random numbers, but the interface requires them.
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|error| RsaError::Sign(error.into()))?;
        Ok(signature)
    }
}

impl fmt::Debug for AwsLcSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsLcSigner(…)")
    }
}
