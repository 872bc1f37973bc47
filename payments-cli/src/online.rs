//! The transports of commands that call gateways.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments::{
    Clock as _, SystemClock, Timestamp,
    registry::Context,
    transport::{
        Call, HttpClient, HttpClientSettings, RetryPolicy, Transport, TransportError,
        TransportErrorKind,
    },
};

use crate::exit::Failure;

/// How long a gateway may take to respond. It is short, because a person waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// Creates the HTTP client.
pub(crate) fn client() -> Result<Arc<dyn Transport>, Failure> {
    let settings = HttpClientSettings::default().with_timeout(PATIENCE);
    match HttpClient::new(settings) {
        Ok(client) => Ok(Arc::new(client)),
        Err(error) => Err(Failure::Machine(error.to_string())),
    }
}

/// Returns a context in which every call is made once.
pub(crate) fn context(transport: Arc<dyn Transport>) -> Context {
    Context::new(transport).with_retry(RetryPolicy::new(0, Duration::ZERO, PATIENCE))
}

/// One request and its result.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// The method and the address without its query, which contains signatures.
    pub(crate) target: String,
    /// The host, with its scheme and port.
    pub(crate) host: String,
    /// The number of seconds by which the gateway's clock, according to the header `date`, is ahead
    /// of this machine's.
    pub(crate) ahead: Option<i64>,
    response: Option<(&'static str, Response<Bytes>)>,
}

/// A transport that records every exchange.
pub(crate) struct Recording {
    inner: Arc<dyn Transport>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recording {
    pub(crate) fn of(inner: Arc<dyn Transport>) -> Arc<Self> {
        Arc::new(Self { inner, exchanges: Mutex::new(Vec::new()) })
    }

    /// Removes and returns the recorded exchanges.
    pub(crate) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for Recording {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let (operation, uri) = (call.operation, call.request.uri());
        let host = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or_default(),
            uri.authority().map(|authority| authority.as_str()).unwrap_or_default()
        );
        let target = format!("{} {host}{}", call.request.method(), uri.path());
        let outcome = self.inner.send(call).await;
        let response = outcome.as_ref().ok();
        self.lock().push(Exchange {
            target,
            host,
            ahead: response.and_then(|response| ahead(response, SystemClock.now())),
            response: response.map(|response| (operation, response.clone())),
        });
        outcome
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }

    fn call_time(&self) -> Option<Duration> {
        self.inner.call_time()
    }
}

fn ahead(response: &Response<Bytes>, now: Timestamp) -> Option<i64> {
    let date = response.headers().get(http::header::DATE)?.to_str().ok()?;
    let date = httpdate::parse_http_date(date.trim()).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(i64::try_from(since.as_secs()).ok()?.saturating_sub(now.unix_seconds()))
}

/// A transport that sends nothing and responds to each operation with the recorded responses, in
/// order.
pub(crate) struct Replay(Mutex<VecDeque<(&'static str, Response<Bytes>)>>);

impl Replay {
    pub(crate) fn of(exchanges: &[Exchange]) -> Arc<Self> {
        let responses = exchanges.iter().filter_map(|exchange| exchange.response.clone());
        Arc::new(Self(Mutex::new(responses.collect())))
    }
}

#[async_trait]
impl Transport for Replay {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let mut responses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = responses.iter().position(|(operation, _)| *operation == call.operation);
        match place.and_then(|place| responses.remove(place)) {
            Some((_, response)) => Ok(response),
            None => {
                let message = "there is no response to read again; nothing was sent";
                Err(TransportError::new(TransportErrorKind::NotSent, message))
            }
        }
    }
}
