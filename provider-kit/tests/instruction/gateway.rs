//! A gateway on a loopback socket that a test controls, a client for it, and a departure that
//! records its calls.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use provider_kit::transport::{
    BootInstant, Call, Departure, DepartureDecision, HttpClient, HttpClientBuilder,
    HttpClientSettings, Transport, TransportError,
};
use rustls::{ServerConfig, pki_types::CertificateDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// With and without TLS. Every test runs with both.
pub(crate) const WIRES: [Wire; 2] = [Wire::Plain, Wire::Tls];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Plain,
    Tls,
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Returns the certificate of `gateway.example`, created when the tests run, and its key.
fn identity() -> &'static (CertificateDer<'static>, Arc<ServerConfig>) {
    static IDENTITY: OnceLock<(CertificateDer<'static>, Arc<ServerConfig>)> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        let names = vec!["gateway.example".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let certificate = made.cert.der().clone();
        let key = made.signing_key.serialize_der().try_into().unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        (certificate, Arc::new(config))
    })
}

/// The part of a gateway that the tests see.
#[derive(Clone)]
pub(crate) struct Gateway {
    wire: Wire,
    address: SocketAddr,
    /// The number of bytes of requests that it read.
    read: Arc<AtomicU64>,
    connections: Arc<AtomicUsize>,
}

/// One connection to it.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    read: Arc<AtomicU64>,
}

impl Connection {
    /// Reads once. Returns no bytes at the end or after a reset.
    pub(crate) async fn read(&mut self) -> Vec<u8> {
        let mut some = vec![0; 64 * 1024];
        let n = self.stream.read(&mut some).await.unwrap_or_default();
        self.read.fetch_add(n as u64, Ordering::SeqCst);
        some.truncate(n);
        some
    }

    /// Reads exactly one byte.
    pub(crate) async fn read_one(&mut self) {
        self.stream.read_exact(&mut [0; 1]).await.unwrap();
        self.read.fetch_add(1, Ordering::SeqCst);
    }

    /// Reads one request whose body ends in `pay`, or whose head has no body.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let mut seen = Vec::new();
        let whole = |seen: &[u8]| match seen.starts_with(b"GET") {
            true => seen.ends_with(b"\r\n\r\n"),
            false => seen.ends_with(b"pay"),
        };
        while !whole(&seen) {
            let some = self.read().await;
            if some.is_empty() {
                return None;
            }
            seen.extend_from_slice(&some);
        }
        Some(String::from_utf8(seen).unwrap())
    }

    /// Reads until the client ends the connection.
    pub(crate) async fn drain(&mut self) {
        while !self.read().await.is_empty() {}
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Closes the connection normally, with the end of TLS if it is used.
    pub(crate) async fn close(mut self) {
        let _ = self.stream.shutdown().await;
        self.drain().await;
    }
}

impl Gateway {
    /// Starts a gateway that completes each connection, with TLS if it is used, and passes it to
    /// `serve`.
    pub(crate) async fn start<F>(
        wire: Wire,
        serve: impl Fn(Connection) -> F + Clone + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::accepting(wire, move |socket, mut connection| {
            let serve = serve.clone();
            async move {
                connection.stream = match wire {
                    Wire::Plain => Box::new(socket),
                    Wire::Tls => {
                        let acceptor = TlsAcceptor::from(Arc::clone(&identity().1));
                        let Ok(stream) = acceptor.accept(socket).await else { return };
                        Box::new(stream)
                    }
                };
                serve(connection).await;
            }
        })
        .await
    }

    /// Starts a gateway that passes each accepted socket to `serve` unchanged.
    pub(crate) async fn accepting<F>(
        wire: Wire,
        serve: impl Fn(TcpStream, Connection) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gateway = Self { wire, address, read: Arc::default(), connections: Arc::default() };
        let (read, connections) = (gateway.read.clone(), gateway.connections.clone());
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let stream = Box::new(tokio::io::empty());
                let connection = Connection { stream, read: Arc::clone(&read) };
                tokio::spawn(serve(socket, connection));
            }
        });
        gateway
    }

    /// Returns a gateway of which only the address is known.
    pub(crate) fn at(wire: Wire, address: SocketAddr) -> Self {
        Self { wire, address, read: Arc::default(), connections: Arc::default() }
    }

    /// Bytes of requests that were read.
    pub(crate) fn read(&self) -> u64 {
        self.read.load(Ordering::SeqCst)
    }

    /// Connections that were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        match self.wire {
            Wire::Plain => format!("http://localhost:{}/pay?order=1", self.address.port()),
            Wire::Tls => format!("https://gateway.example:{}/pay?order=1", self.address.port()),
        }
    }

    /// Returns an instruction with this body.
    pub(crate) fn instruction(&self, body: impl Into<Bytes>) -> Call {
        let request = http::Request::post(self.url()).body(body.into()).unwrap();
        Call::instruction("pay", request)
    }

    pub(crate) fn inquiry(&self) -> Call {
        let request = http::Request::get(self.url()).body(Bytes::new()).unwrap();
        Call::inquiry("find", request)
    }

    /// Returns a builder of clients that find the gateway and trust it.
    pub(crate) fn builder(&self, settings: HttpClientSettings) -> HttpClientBuilder {
        let builder = HttpClient::builder()
            .with_settings(settings)
            .with_addresses("localhost", vec![self.address.ip()])
            .with_addresses("gateway.example", vec![self.address.ip()]);
        match self.wire {
            Wire::Plain => builder,
            Wire::Tls => builder.with_root(identity().0.clone()),
        }
    }

    pub(crate) fn client(&self) -> Arc<dyn Transport> {
        Arc::new(self.builder(settings()).build().unwrap())
    }

    /// Sends an instruction with this body, and returns its outcome and its departure.
    pub(crate) async fn instruct(
        &self,
        body: impl Into<Bytes>,
    ) -> (Result<http::Response<Bytes>, TransportError>, Arc<Journal>) {
        let journal = Arc::new(Journal::default());
        let call = self.instruction(body).with_departure(journal.clone());
        (self.client().send(call).await, journal)
    }
}

/// Limits that a test reaches only if it means to.
pub(crate) fn settings() -> HttpClientSettings {
    HttpClientSettings::default()
        .with_connect_timeout(Duration::from_secs(10))
        .with_timeout(Duration::from_secs(20))
}

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A departure that counts the bytes, and allows sending until `not_after` or not at all.
pub(crate) struct Journal {
    decision: DepartureDecision,
    asked: AtomicUsize,
    wrote: AtomicU64,
}

impl Default for Journal {
    fn default() -> Self {
        Self::new(DepartureDecision::Go {
            not_after: BootInstant::now().saturating_add(Duration::from_secs(3600)),
        })
    }
}

impl Journal {
    pub(crate) fn new(decision: DepartureDecision) -> Self {
        Self { decision, asked: AtomicUsize::default(), wrote: AtomicU64::default() }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Returns the number of bytes that were sent.
    pub(crate) fn wrote(&self) -> u64 {
        self.wrote.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Departure for Journal {
    async fn depart(&self) -> DepartureDecision {
        self.asked.fetch_add(1, Ordering::SeqCst);
        assert_eq!(self.wrote(), 0, "asked before the first byte");
        self.decision.clone()
    }

    fn wrote(&self, bytes: u64) {
        self.wrote.fetch_add(bytes, Ordering::SeqCst);
    }
}
