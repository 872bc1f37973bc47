//! The TLS configuration that the pool and instructions share.

use std::sync::Arc;

use rustls::{ClientConfig, crypto::CryptoProvider};
use rustls_pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

use payments_core::{Error, ErrorKind, Result};

/// Returns a configuration that trusts `roots` and the roots of the machine, and offers HTTP/1.1
/// only.
///
/// # Errors
/// Returns `Configuration` if the machine's certificates cannot be read or a root is not a
/// certificate.
pub(super) fn config(roots: Vec<CertificateDer<'static>>) -> Result<ClientConfig> {
    let provider = match CryptoProvider::get_default() {
        Some(installed) => Arc::clone(installed),
        None => Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
    };
    let verifier = verifier(roots, Arc::clone(&provider))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(not(target_os = "android"))]
fn verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier> {
    match roots.is_empty() {
        true => Verifier::new(provider).map_err(unusable),
        false => Verifier::new_with_extra_roots(roots, provider).map_err(unusable),
    }
}

#[cfg(target_os = "android")]
fn verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier> {
    match roots.is_empty() {
        true => Verifier::new(provider).map_err(unusable),
        false => {
            let message = "Android trusts no roots but those of the system";
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

fn unusable(error: rustls::Error) -> Error {
    Error::new(ErrorKind::Configuration, "TLS cannot be set up on this machine").with_source(error)
}
