//! A transport that sends nothing.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use provider_kit::transport::{Call, CallClass, Transport, TransportError, TransportErrorKind};

/// The result that a transport returns for a call.
#[derive(Clone, Debug)]
pub enum Response {
    /// A complete response.
    Http(http::Response<Bytes>),
    /// A failure without a response.
    Failure(TransportErrorKind),
}

/// A transport that returns the same response for every call, and records the calls. Before a
/// response is set, each call fails as one that was not sent.
pub struct StubTransport(Mutex<State>);

struct State {
    response: Response,
    /// The transport to which calls are passed instead.
    gateway: Option<Arc<dyn Transport>>,
    calls: Vec<CallClass>,
    /// The responses of the gateway.
    recorded: Vec<http::Response<Bytes>>,
}

impl StubTransport {
    /// Creates a transport without a response.
    pub fn new() -> Arc<Self> {
        let response = Response::Failure(TransportErrorKind::NotSent);
        let (calls, recorded) = (Vec::new(), Vec::new());
        Arc::new(Self(Mutex::new(State { response, gateway: None, calls, recorded })))
    }

    /// Sets the response to every later call.
    pub fn set_response(&self, response: Response) {
        self.state().response = response;
    }

    /// Returns the response to every call.
    pub fn response(&self) -> Response {
        self.state().response.clone()
    }

    /// Removes and returns the calls since the last time, oldest first.
    pub fn take_calls(&self) -> Vec<CallClass> {
        std::mem::take(&mut self.state().calls)
    }

    /// Passes calls on to a gateway.
    pub(crate) fn connect(&self, gateway: Arc<dyn Transport>) {
        self.state().gateway = Some(gateway);
    }

    /// Stops passing calls on. Returns the gateway's responses.
    pub(crate) fn disconnect(&self) -> Vec<http::Response<Bytes>> {
        let mut state = self.state();
        state.gateway = None;
        std::mem::take(&mut state.recorded)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for StubTransport {
    async fn send(&self, call: Call) -> Result<http::Response<Bytes>, TransportError> {
        let gateway = {
            let mut state = self.state();
            state.calls.push(call.class);
            match &state.gateway {
                Some(gateway) => Arc::clone(gateway),
                None => return state.response.clone().into_result(),
            }
        };
        let sent = gateway.send(call).await;
        self.state().recorded.extend(sent.as_ref().ok().cloned());
        sent
    }

    fn departs(&self) -> bool {
        self.state().gateway.as_ref().is_some_and(|gateway| gateway.departs())
    }
}

impl Response {
    fn into_result(self) -> Result<http::Response<Bytes>, TransportError> {
        match self {
            Self::Http(response) => Ok(response),
            Self::Failure(kind) => Err(TransportError::new(kind, "as the test says")),
        }
    }

    /// Returns `true` if both have the same content, whatever their headers are.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Http(one), Self::Http(other)) => {
                (one.status(), one.body()) == (other.status(), other.body())
            }
            (Self::Failure(one), Self::Failure(other)) => one == other,
            _ => false,
        }
    }
}

impl From<http::Response<Bytes>> for Response {
    fn from(response: http::Response<Bytes>) -> Self {
        Self::Http(response)
    }
}

impl fmt::Debug for StubTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StubTransport").field("response", &self.response()).finish_non_exhaustive()
    }
}
