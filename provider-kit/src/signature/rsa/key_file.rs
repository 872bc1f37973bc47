//! The envelope of private key files: PEM or DER, PKCS#8 or PKCS#1.

use rsa::pkcs8::PrivateKeyInfo;
use rustls_pki_types::{
    PrivateKeyDer,
    pem::{Error as PemError, PemObject as _},
};
use secrecy::zeroize::Zeroizing;
use x509_cert::der::{Decode as _, asn1::ObjectIdentifier};

use super::{
    RsaError,
    content::{Content, PGP, foreign, not_rsa},
    pem_text::{PemText, bare_base64},
};

const ELLIPTIC: &str = "it is of an elliptic curve; an RSA key is needed";

/// A private key without its envelope. It is wiped when dropped.
pub(super) struct KeyFile(Zeroizing<PrivateKeyDer<'static>>);

/// A private key in DER, in one of the two forms of RSA keys.
pub(super) enum Form<'a> {
    Pkcs8(&'a [u8]),
    Pkcs1(&'a [u8]),
}

impl KeyFile {
    /// Reads the first private key of a file. The content of the key decides its form, not its
    /// label.
    pub(super) fn read(file: &[u8]) -> Result<Self, RsaError> {
        let inside = bare_base64(file);
        let file = inside.as_ref().map_or(file, |inside| inside.as_slice());
        let key = match PemText::of(file) {
            Some(text) => of_pem(&text)?,
            None => of_der(file)?,
        };
        match &*key {
            PrivateKeyDer::Pkcs1(_) => {}
            PrivateKeyDer::Pkcs8(_) => rsa_only(key.secret_der())?,
            _ => return Err(RsaError::KeyFile(ELLIPTIC)),
        }
        Ok(Self(key))
    }

    pub(super) fn form(&self) -> Form<'_> {
        match &*self.0 {
            PrivateKeyDer::Pkcs1(key) => Form::Pkcs1(key.secret_pkcs1_der()),
            key => Form::Pkcs8(key.secret_der()),
        }
    }
}

fn of_pem(text: &PemText) -> Result<Zeroizing<PrivateKeyDer<'static>>, RsaError> {
    // The parser reads the header of an encrypted key as its content.
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(RsaError::Encrypted);
    }
    let labelled = PrivateKeyDer::from_pem_slice(text.as_bytes());
    let labelled = Zeroizing::new(labelled.map_err(|error| refused(&error, text))?);
    of_der(labelled.secret_der())
}

fn of_der(der: &[u8]) -> Result<Zeroizing<PrivateKeyDer<'static>>, RsaError> {
    let only = match Content::of(der) {
        Content::EncryptedKey => return Err(RsaError::Encrypted),
        Content::Certificates => CERTIFICATES,
        Content::Bundle => BUNDLE,
        Content::PublicKey(_) => "there is no private key in it, only a public key",
        Content::Unknown if is_certificate(der) => {
            "there is no private key in it, only a certificate"
        }
        Content::PrivateKey | Content::Unknown => {
            let key = PrivateKeyDer::try_from(der);
            match key {
                Ok(key) => return Ok(Zeroizing::new(key.clone_key())),
                Err(_) if der.is_empty() => "it is empty",
                Err(why) => foreign(der).unwrap_or(why),
            }
        }
    };
    Err(RsaError::KeyFile(only))
}

const CERTIFICATES: &str = "it is a bundle of certificates (.p7b), which has no private key";

const BUNDLE: &str = "it is a bundle (.p12, .pfx); take the key out with `openssl pkcs12 -in FILE \
                      -nocerts -nodes -out KEY`";

fn is_certificate(der: &[u8]) -> bool {
    x509_cert::Certificate::from_der(der).is_ok()
}

/// Refuses a PKCS#8 key of another algorithm, naming the algorithm.
fn rsa_only(der: &[u8]) -> Result<(), RsaError> {
    // A key that cannot be parsed is refused later, when the key is read.
    let Ok(key) = PrivateKeyInfo::try_from(der) else { return Ok(()) };
    let algorithm = ObjectIdentifier::new(&key.algorithm.oid.to_string());
    match algorithm.ok().and_then(|algorithm| not_rsa(&algorithm)) {
        Some(why) => Err(RsaError::KeyFile(why)),
        None => Ok(()),
    }
}

/// Returns the error for a refused file. The parser's own errors are not used, because they quote
/// lines, which may be the key.
fn refused(error: &PemError, text: &PemText) -> RsaError {
    let why = match error {
        PemError::NoItemsFound if text.has("ENCRYPTED PRIVATE KEY") => return RsaError::Encrypted,
        PemError::NoItemsFound if text.has("OPENSSH PRIVATE KEY") => {
            "it is in the format of OpenSSH; convert a copy with `ssh-keygen -p -m PKCS8 -N \"\" -f \
             COPY`"
        }
        PemError::NoItemsFound if text.has("DSA PRIVATE KEY") => {
            "it is a DSA key; an RSA key is needed"
        }
        PemError::NoItemsFound if text.has("PKCS7") || text.has("CMS") => CERTIFICATES,
        PemError::NoItemsFound if text.has("CERTIFICATE") => {
            "there is no private key in it, only a certificate"
        }
        PemError::NoItemsFound if text.has("PUBLIC KEY") => {
            "there is no private key in it, only a public key"
        }
        PemError::NoItemsFound if text.contains("CERTIFICATE REQUEST-----") => {
            "there is no private key in it, only a request for a certificate"
        }
        PemError::NoItemsFound if text.contains("-----BEGIN PGP ") => PGP,
        PemError::NoItemsFound => "there is no private key in it",
        PemError::IllegalSectionStart { .. } | PemError::MissingSectionEnd { .. } => {
            "its BEGIN and END are not on lines of their own; were the line ends lost?"
        }
        PemError::Base64Decode(_) => "its text is not base64",
        _ => "it is not PEM",
    };
    RsaError::KeyFile(why)
}
