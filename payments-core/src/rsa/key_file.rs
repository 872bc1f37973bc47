//! Private key files as far as their envelope: PEM or DER, PKCS#8 or PKCS#1.

use rustls_pki_types::{
    PrivateKeyDer,
    pem::{Error as PemError, PemObject as _},
};
use secrecy::zeroize::Zeroizing;

use super::RsaError;

/// A private key out of its envelope; wiped when dropped.
pub(super) struct KeyFile(Zeroizing<PrivateKeyDer<'static>>);

/// A private key in DER, in one of the two forms in which RSA keys come.
pub(super) enum Form<'a> {
    Pkcs8(&'a [u8]),
    Pkcs1(&'a [u8]),
}

impl KeyFile {
    /// Reads the first private key of a file.
    pub(super) fn read(file: &[u8]) -> Result<Self, RsaError> {
        let key = if is_pem(file) {
            PrivateKeyDer::from_pem_slice(file).map_err(|error| refused(&error, file))?
        } else {
            PrivateKeyDer::try_from(file).map_err(RsaError::KeyFile)?.clone_key()
        };
        match key {
            PrivateKeyDer::Pkcs8(_) | PrivateKeyDer::Pkcs1(_) => Ok(Self(Zeroizing::new(key))),
            _ => Err(RsaError::KeyFile("it is the key of an elliptic curve")),
        }
    }

    pub(super) fn form(&self) -> Form<'_> {
        match &*self.0 {
            PrivateKeyDer::Pkcs1(key) => Form::Pkcs1(key.secret_pkcs1_der()),
            key => Form::Pkcs8(key.secret_der()),
        }
    }
}

/// Whether a file is PEM: text with a line that begins a section.
pub(super) fn is_pem(file: &[u8]) -> bool {
    holds(file, b"-----BEGIN ")
}

fn holds(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|window| window == text)
}

/// The parser's own errors quote lines, which may be the key.
fn refused(error: &PemError, file: &[u8]) -> RsaError {
    let why = match error {
        PemError::NoItemsFound if holds(file, b"-----BEGIN ENCRYPTED PRIVATE KEY") => {
            return RsaError::Encrypted;
        }
        PemError::NoItemsFound => "there is no private key in it",
        PemError::IllegalSectionStart { .. } | PemError::MissingSectionEnd { .. } => {
            "its BEGIN and END do not stand on lines of their own; were the line ends lost?"
        }
        PemError::Base64Decode(_) => "its text is not base64",
        _ => "it is not PEM",
    };
    RsaError::KeyFile(why)
}
