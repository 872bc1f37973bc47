//! The HTTP client behind the seam.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::Response;

use super::{Call, Transport, TransportError, TransportErrorKind};
use crate::{Error, ErrorKind, Result};

/// The default transport: no redirects, no retries of its own, no proxy, TLS everywhere but on
/// loopback, a limit on time and size.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    call_time: Duration,
    largest_answer: usize,
}

/// Limits of the HTTP client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpClientSettings {
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the whole answer, connecting included.
    pub timeout: Duration,
    /// The largest body to read, in bytes.
    pub largest_answer: usize,
}

impl Default for HttpClientSettings {
    /// 10 s to connect, 60 s in all, 8 MiB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            largest_answer: 8 * 1024 * 1024,
        }
    }
}

impl HttpClientSettings {
    /// Sets how long to wait for a connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long to wait for the whole answer.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the largest body to read.
    #[must_use]
    pub fn with_largest_answer(mut self, bytes: usize) -> Self {
        self.largest_answer = bytes;
        self
    }
}

impl HttpClient {
    /// A client with these limits.
    ///
    /// # Errors
    /// `Configuration` if TLS cannot be set up on this machine.
    pub fn new(settings: HttpClientSettings) -> Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .user_agent(concat!("payments-rs/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Configuration, "the HTTP client cannot be set up")
                    .with_source(error)
            })?;
        Ok(Self { client, call_time: settings.timeout, largest_answer: settings.largest_answer })
    }

    async fn read(
        &self,
        mut response: reqwest::Response,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut head = Response::new(());
        *head.status_mut() = response.status();
        *head.headers_mut() = std::mem::take(response.headers_mut());
        // Most answers come in one piece, which is kept as it is.
        let mut body = response.chunk().await.map_err(failure)?.unwrap_or_default();
        while body.len() <= self.largest_answer {
            let Some(chunk) = response.chunk().await.map_err(failure)? else {
                return Ok(head.map(|()| body));
            };
            let mut longer = body.try_into_mut().unwrap_or_else(|body| BytesMut::from(&body[..]));
            longer.extend_from_slice(&chunk);
            body = longer.freeze();
        }
        Err(TransportError::new(
            TransportErrorKind::TooLarge,
            format!("the answer is larger than {} bytes", self.largest_answer),
        ))
    }
}

#[async_trait]
impl Transport for HttpClient {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let uri = call.request.uri();
        if uri.scheme_str() != Some("https") && !is_loopback(uri) {
            return Err(TransportError::new(
                TransportErrorKind::NotSent,
                "without TLS only loopback addresses are called",
            ));
        }
        let request: reqwest::Request = call.request.try_into().map_err(|error| {
            TransportError::new(TransportErrorKind::NotSent, "the request cannot be built")
                .with_source(without_address(error))
        })?;
        let response = self.client.execute(request).await.map_err(failure)?;
        self.read(response).await
    }

    fn call_time(&self) -> Option<Duration> {
        Some(self.call_time)
    }
}

/// Only a failure to connect proves that nothing was sent: a closed connection, a reset, an
/// incomplete message or a timeout looks the same whether or not the provider read the request.
fn failure(error: reqwest::Error) -> TransportError {
    let (kind, message) = if error.is_connect() {
        (TransportErrorKind::NotSent, "no connection could be made")
    } else if error.is_timeout() {
        (TransportErrorKind::TimedOut, "no whole answer in time")
    } else {
        (TransportErrorKind::ConnectionLost, "the connection ended before the whole answer")
    };
    TransportError::new(kind, message).with_source(without_address(error))
}

/// Addresses carry signatures in their queries; errors are logged.
fn without_address(error: reqwest::Error) -> reqwest::Error {
    error.without_url()
}

fn is_loopback(uri: &http::Uri) -> bool {
    uri.host().is_some_and(|host| {
        host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    })
}
