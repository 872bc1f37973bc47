//! TLS on the connection of a notification.

use std::sync::Arc;

use rustls::{ClientConfig, crypto::CryptoProvider};
use rustls_pki_types::ServerName;
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::trusted::Trusted;

/// Opens TLS to `host`, which has to have a certificate that the machine or `trusted` vouches for.
///
/// # Errors
/// Why it cannot, for people.
pub(crate) async fn open(
    stream: TcpStream,
    host: &str,
    trusted: &Trusted,
) -> Result<TlsStream<TcpStream>, String> {
    let config = config(trusted).map_err(|error| error.to_string())?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| {
        format!("no TLS with {host}: {error} (the sandbox trusts more by --webhook-ca)")
    })
}

fn config(trusted: &Trusted) -> Result<ClientConfig, rustls::Error> {
    let provider = match CryptoProvider::get_default() {
        Some(installed) => Arc::clone(installed),
        None => Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
    };
    let roots = trusted.roots();
    let verifier = match roots.is_empty() {
        true => Verifier::new(Arc::clone(&provider))?,
        false => Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?,
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
