//! A pool of connections, for inquiries.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use payments_core::{Error, ErrorKind, Result};

use super::{
    HttpClientSettings, TransportError, TransportErrorKind, USER_AGENT,
    body::{self, BodyError},
    not_sent,
    resolver::Resolver,
};

/// A pool of connections, for requests that may be repeated.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    client: reqwest::Client,
    largest_answer: usize,
}

impl Pool {
    /// Creates a pool with these limits.
    ///
    /// # Errors
    /// Returns `Configuration` if the client cannot be set up.
    pub(super) fn new(
        settings: HttpClientSettings,
        resolver: Resolver,
        #[cfg(feature = "reqwest")] tls: rustls::ClientConfig,
    ) -> Result<Self> {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .dns_resolver(resolver)
            .user_agent(USER_AGENT);
        #[cfg(feature = "reqwest")]
        let builder = builder.tls_backend_preconfigured(tls);
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::Configuration, "the HTTP client cannot be set up")
                .with_source(error)
        })?;
        Ok(Self { client, largest_answer: settings.largest_answer })
    }

    /// Sends `request` once and waits for the whole response for at most `timeout`.
    pub(super) async fn send(
        &self,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut request: reqwest::Request = request.try_into().map_err(|error| {
            not_sent("the request cannot be built").with_source(without_address(error))
        })?;
        *request.timeout_mut() = Some(timeout);
        let response = self.client.execute(request).await.map_err(failure)?;
        let mut head = Response::new(());
        let response: Response<reqwest::Body> = response.into();
        let (parts, body) = response.into_parts();
        *head.status_mut() = parts.status;
        *head.headers_mut() = parts.headers;
        match body::read(body, self.largest_answer).await {
            Ok(body) => Ok(head.map(|()| body)),
            Err(BodyError::TooLarge) => Err(body::too_large(self.largest_answer)),
            Err(BodyError::Broken(error)) => Err(failure(error)),
        }
    }
}

/// Returns the failure of a request. Only a failure to connect proves that nothing was sent: a
/// closed connection, a reset, an incomplete message or a timeout looks the same whether or not the
/// provider read the request.
fn failure(error: reqwest::Error) -> TransportError {
    let (kind, message) = if error.is_connect() {
        (TransportErrorKind::NotSent, "no connection could be made")
    } else if error.is_timeout() {
        (TransportErrorKind::TimedOut, "the whole response did not arrive in time")
    } else {
        (
            TransportErrorKind::ConnectionLost,
            "the connection ended before the whole response arrived",
        )
    };
    TransportError::new(kind, message).with_source(without_address(error))
}

/// Removes the address: its query may contain signatures, and errors are logged.
fn without_address(error: reqwest::Error) -> reqwest::Error {
    error.without_url()
}
