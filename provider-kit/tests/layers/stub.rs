//! A client that responds according to a script and records when it was called.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use provider_kit::transport::{Call, Transport, TransportError, TransportErrorKind};
use tokio::time::Instant;

/// The client's reaction to one call.
#[derive(Clone)]
pub(crate) enum Reply {
    Status(u16, HeaderMap),
    Failure(TransportErrorKind),
    /// None: the call is ended only by its caller, or by its deadline.
    Silence,
}

/// A client that follows a script, and then responds with 200.
pub(crate) struct Stub {
    replies: Mutex<Vec<Reply>>,
    calls: Mutex<Vec<(String, Instant)>>,
    takes: Duration,
    call_time: Option<Duration>,
}

impl Stub {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self::bare(replies))
    }

    /// Creates a client that takes this long for every call.
    pub(crate) fn slow(takes: Duration, replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self { takes, ..Self::bare(replies) })
    }

    /// Creates a client that limits the time of a call.
    pub(crate) fn limited(call_time: Duration) -> Arc<Self> {
        Arc::new(Self { call_time: Some(call_time), ..Self::bare([]) })
    }

    fn bare(replies: impl IntoIterator<Item = Reply>) -> Self {
        let mut replies: Vec<_> = replies.into_iter().collect();
        replies.reverse();
        Self {
            replies: Mutex::new(replies),
            calls: Mutex::default(),
            takes: Duration::ZERO,
            call_time: None,
        }
    }

    /// Returns the times at which it was called.
    pub(crate) fn times(&self) -> Vec<Instant> {
        self.calls.lock().unwrap().iter().map(|(_, at)| *at).collect()
    }

    /// Returns the paths that were called, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().map(|(path, _)| path.clone()).collect()
    }
}

#[async_trait]
impl Transport for Stub {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let path = call.request.uri().path().trim_start_matches('/').to_owned();
        self.calls.lock().unwrap().push((path, Instant::now()));
        let reply = self.replies.lock().unwrap().pop();
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        match reply.unwrap_or_else(|| status(200)) {
            Reply::Status(status, headers) => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = status.try_into().unwrap();
                *response.headers_mut() = headers;
                Ok(response)
            }
            Reply::Failure(kind) => Err(TransportError::new(kind, "scripted")),
            Reply::Silence => std::future::pending().await,
        }
    }

    fn call_time(&self) -> Option<Duration> {
        self.call_time
    }
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::Status(status, HeaderMap::new())
}

/// Returns a response with these headers.
pub(crate) fn with_headers(status: u16, headers: &[(&'static str, &str)]) -> Reply {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    Reply::Status(status, headers.iter().map(pair).collect())
}

pub(crate) fn request(path: &str) -> Request<Bytes> {
    Request::get(format!("https://gateway.example/{path}")).body(Bytes::new()).unwrap()
}

pub(crate) fn inquiry(path: &str) -> Call {
    Call::inquiry("find", request(path))
}

pub(crate) fn instruction(path: &str) -> Call {
    Call::instruction("pay", request(path))
}
