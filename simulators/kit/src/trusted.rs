//! Whom a simulated gateway trusts when it sends notifications over TLS.

/// The certificates that a simulated gateway trusts beside those of the machine, when it sends
/// notifications to `https://` addresses. The default adds none.
///
/// Sending over TLS needs the feature `tls`.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    #[cfg(feature = "tls")]
    roots: Vec<rustls_pki_types::CertificateDer<'static>>,
}

/// Why certificates cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoCertificates {
    /// There is none in the text.
    #[error("there is no certificate in PEM in it, which begins with -----BEGIN CERTIFICATE-----")]
    NotPem,
    /// This program was built without the feature `tls`.
    #[error("this program cannot send to https:// addresses")]
    NoTls,
}

impl Trusted {
    /// Trusts the certificates of a PEM file too: a certificate authority, or a certificate that is
    /// signed by itself.
    ///
    /// # Errors
    /// There is none, or this program has no TLS.
    #[cfg(feature = "tls")]
    pub fn pem(text: &[u8]) -> Result<Self, NoCertificates> {
        use rustls_pki_types::{CertificateDer, pem::PemObject as _};
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
        match roots {
            Ok(roots) if !roots.is_empty() => Ok(Self { roots }),
            _ => Err(NoCertificates::NotPem),
        }
    }

    /// Trusts the certificates of a PEM file too.
    ///
    /// # Errors
    /// This program has no TLS.
    #[cfg(not(feature = "tls"))]
    pub fn pem(_text: &[u8]) -> Result<Self, NoCertificates> {
        Err(NoCertificates::NoTls)
    }

    #[cfg(feature = "tls")]
    pub(crate) fn roots(&self) -> Vec<rustls_pki_types::CertificateDer<'static>> {
        self.roots.clone()
    }
}
