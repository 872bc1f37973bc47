//! The default HTTP client: inquiries use a pool, each instruction a connection of its own.

mod address;
mod body;
mod connector;
mod instruction;
mod pool;
mod resolver;
mod settings;
#[cfg(feature = "reqwest")]
mod tls;
mod writes;

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
#[cfg(feature = "reqwest")]
use rustls_pki_types::CertificateDer;
use tokio::time::Instant;

use payments_core::Result;
pub use settings::HttpClientSettings;

use self::{connector::Connector, pool::Pool, resolver::Resolver};
use super::{Call, CallClass, Transport, TransportError, TransportErrorKind};

/// The value of `User-Agent` unless a provider sets one.
const USER_AGENT: &str = concat!("payments-rs/", env!("CARGO_PKG_VERSION"));

/// The default transport. It sends each request once, follows no redirects and uses no proxy.
/// Connections use TLS, except to loopback addresses, and time and size are limited.
///
/// Inquiries share a pool of connections. An instruction gets a connection of its own, over
/// HTTP/1.1, which is closed after the response: a firewall may have forgotten a pooled connection,
/// and an instruction written into it would be uncertain.
///
/// The client counts the bytes of an instruction that it gives to the socket, or to TLS in front of
/// it, and returns [`TransportErrorKind::NotSent`] exactly if there are none. It asks the call's
/// [`Departure`](super::Departure) when the connection is complete, and writes nothing after its
/// `not_after` or after the deadline of the call. A connection whose exchange ends early is reset,
/// so that the operating system discards the bytes that it has not sent yet. The same happens if
/// the future of [`Transport::send`] is dropped: the rest of the request is not sent, and it is
/// unknown whether the gateway received the part before it.
///
/// Without TLS it connects to loopback addresses only: the host must be `localhost`, an address of
/// `127.0.0.0/8`, or `[::1]`. The mapped form `[::ffff:127.0.0.1]` does not count as loopback.
#[derive(Clone, Debug)]
pub struct HttpClient {
    settings: HttpClientSettings,
    pool: Pool,
    connector: Connector,
}

/// A time limit that no call reaches, for settings beyond the range of the clock.
const NEVER: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

/// A builder of an [`HttpClient`] with its limits, addresses and trusted roots.
#[derive(Clone, Debug, Default)]
pub struct HttpClientBuilder {
    settings: HttpClientSettings,
    resolver: Resolver,
    #[cfg(feature = "reqwest")]
    roots: Vec<CertificateDer<'static>>,
}

impl HttpClient {
    /// Creates a client with these limits.
    ///
    /// # Errors
    /// Returns `Configuration` if TLS cannot be set up on this machine.
    pub fn new(settings: HttpClientSettings) -> Result<Self> {
        Self::builder().with_settings(settings).build()
    }

    /// Returns a builder with the default limits.
    pub fn builder() -> HttpClientBuilder {
        HttpClientBuilder::default()
    }
}

impl HttpClientBuilder {
    /// Sets the limits.
    #[must_use]
    pub fn with_settings(mut self, settings: HttpClientSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Sets the IP addresses of `host`. The client connects to them, in this order, instead of
    /// resolving the name `host`.
    #[must_use]
    pub fn with_addresses(mut self, host: &str, addresses: Vec<IpAddr>) -> Self {
        self.resolver.set(host, addresses);
        self
    }

    /// Trusts certificates issued by `root`, in addition to those that the machine trusts.
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub fn with_root(mut self, root: CertificateDer<'static>) -> Self {
        self.roots.push(root);
        self
    }

    /// Creates the client.
    ///
    /// # Errors
    /// Returns `Configuration` if TLS cannot be set up on this machine, or if a root is not a
    /// certificate.
    pub fn build(self) -> Result<HttpClient> {
        #[cfg(feature = "reqwest")]
        let tls = tls::config(self.roots)?;
        let pool = Pool::new(
            self.settings,
            self.resolver.clone(),
            #[cfg(feature = "reqwest")]
            tls.clone(),
        )?;
        let connector = Connector::new(
            self.settings,
            self.resolver,
            #[cfg(feature = "reqwest")]
            tls,
        );
        Ok(HttpClient { settings: self.settings, pool, connector })
    }
}

#[async_trait]
impl Transport for HttpClient {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        address::check(call.request.uri())?;
        let started = Instant::now();
        let limit = started.checked_add(self.settings.timeout).unwrap_or(started + NEVER);
        let deadline = call.deadline.map_or(limit, |deadline| deadline.min(limit));
        if deadline <= started {
            return Err(not_sent("the deadline of the call had passed"));
        }
        match call.class {
            CallClass::Instruction => {
                let largest = self.settings.largest_answer;
                instruction::send(&self.connector, call, deadline, largest).await
            }
            CallClass::Inquiry | CallClass::PaidInquiry => {
                self.pool.send(call.request, deadline.duration_since(started)).await
            }
        }
    }

    fn departs(&self) -> bool {
        true
    }

    fn call_time(&self) -> Option<Duration> {
        Some(self.settings.timeout)
    }
}

fn not_sent(message: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::NotSent, message)
}
