//! A connection of its own for each instruction.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{Uri, uri::Scheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    HttpClientSettings, TransportError, not_sent,
    resolver::Resolver,
    writes::{CountedStream, LimitedSocket, Writes},
};

/// A connection, with TLS if its address asks for it.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Connection for S {}

/// Opens connections.
#[derive(Clone)]
pub(super) struct Connector {
    connect_timeout: Duration,
    resolver: Resolver,
    #[cfg(feature = "reqwest")]
    tls: tokio_rustls::TlsConnector,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector")
            .field("connect_timeout", &self.connect_timeout)
            .field("resolver", &self.resolver)
            .finish_non_exhaustive()
    }
}

impl Connector {
    /// Creates a connector with these limits.
    pub(super) fn new(
        settings: HttpClientSettings,
        resolver: Resolver,
        #[cfg(feature = "reqwest")] tls: rustls::ClientConfig,
    ) -> Self {
        Self {
            connect_timeout: settings.connect_timeout,
            resolver,
            #[cfg(feature = "reqwest")]
            tls: Arc::new(tls).into(),
        }
    }

    /// Connects to the host of `uri`, by `deadline`. The bytes written are counted in `writes`.
    ///
    /// # Errors
    /// Returns only `NotSent`, because the request is not written here.
    pub(super) async fn connect(
        &self,
        uri: &Uri,
        deadline: Instant,
        writes: &Arc<Writes>,
    ) -> Result<Box<dyn Connection>, TransportError> {
        let until = Instant::now().checked_add(self.connect_timeout);
        let until = until.map_or(deadline, |until| until.min(deadline));
        match timeout_at(until, self.connect_until(uri, until, deadline, writes)).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(not_sent("no connection could be made").with_source(error)),
            Err(_) => Err(not_sent("no connection could be made in time")),
        }
    }

    async fn connect_until(
        &self,
        uri: &Uri,
        until: Instant,
        deadline: Instant,
        writes: &Arc<Writes>,
    ) -> io::Result<Box<dyn Connection>> {
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let socket = self.socket(host, port, until).await?;
        let patience = deadline.saturating_duration_since(Instant::now());
        limit_unacknowledged(&socket, patience);
        let socket = LimitedSocket::new(socket, Arc::clone(writes))?;
        #[cfg(feature = "reqwest")]
        if secure {
            let name = super::address::without_brackets(host).to_owned();
            let name = rustls_pki_types::ServerName::try_from(name)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            let stream = self.tls.connect(name, socket).await?;
            return Ok(Box::new(CountedStream::of_tls(stream, Arc::clone(writes))));
        }
        Ok(Box::new(CountedStream::of_socket(socket, Arc::clone(writes))))
    }

    /// Connects to the first address of the host that accepts. Each address gets an equal share of
    /// the remaining time.
    async fn socket(&self, host: &str, port: u16, until: Instant) -> io::Result<TcpStream> {
        let mut addresses = self.resolver.resolve(host, port).await?.into_iter();
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        loop {
            let shares = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
            let Some(address) = addresses.next() else { return Err(last) };
            let share = until.saturating_duration_since(Instant::now()) / shares;
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(socket)) => return Ok(socket),
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
    }
}

/// Ends the connection if data stay unacknowledged for `patience`. Otherwise the operating system
/// would repeat them for a quarter of an hour.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn limit_unacknowledged(socket: &TcpStream, patience: Duration) {
    // The timeouts of the exchange do not depend on this option.
    let _ = socket2::SockRef::from(socket).set_tcp_user_timeout(Some(patience));
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn limit_unacknowledged(_: &TcpStream, _: Duration) {}
