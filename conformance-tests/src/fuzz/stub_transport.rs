//! A transport with one answer for everything.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::transport::{Call, CallClass, Transport, TransportError, TransportErrorKind};

/// What comes back from a call.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A whole answer.
    Response(Response<Bytes>),
    /// None.
    Failure(TransportErrorKind),
}

/// A transport that gives every call the same answer, and remembers the calls. Before it has
/// one, nothing is sent.
pub struct StubTransport(Mutex<State>);

struct State {
    answer: Answer,
    calls: Vec<CallClass>,
    gateway: Option<Arc<dyn Transport>>,
    responses: Vec<Answer>,
}

impl StubTransport {
    /// A transport without an answer yet, which sends nothing.
    pub fn new() -> Arc<Self> {
        let answer = Answer::Failure(TransportErrorKind::NotSent);
        let (calls, gateway, responses) = (Vec::new(), None, Vec::new());
        Arc::new(Self(Mutex::new(State { answer, calls, gateway, responses })))
    }

    /// What every call gets from now on.
    pub fn will_answer(&self, answer: Answer) {
        self.state().answer = answer;
    }

    /// What every call gets.
    pub fn answer(&self) -> Answer {
        self.state().answer.clone()
    }

    /// The calls since the last time, oldest first.
    pub fn take_calls(&self) -> Vec<CallClass> {
        std::mem::take(&mut self.state().calls)
    }

    /// Lets calls through to `gateway`, until [`disconnect`](Self::disconnect).
    pub(super) fn connect(&self, gateway: Arc<dyn Transport>) {
        self.state().gateway = Some(gateway);
    }

    /// Ends the connection to a gateway, and returns what it answered.
    pub(super) fn disconnect(&self) -> Vec<Answer> {
        let mut state = self.state();
        state.gateway = None;
        std::mem::take(&mut state.responses)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for StubTransport {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let gateway = {
            let mut state = self.state();
            state.calls.push(call.class);
            state.gateway.clone()
        };
        let Some(gateway) = gateway else { return self.answer().into_result() };
        let answered = gateway.send(call).await;
        if let Ok(response) = &answered {
            self.state().responses.push(Answer::Response(response.clone()));
        }
        answered
    }
}

impl Answer {
    fn into_result(self) -> Result<Response<Bytes>, TransportError> {
        match self {
            Self::Response(response) => Ok(response),
            Self::Failure(kind) => Err(TransportError::new(kind, "as the test says")),
        }
    }

    /// Whether both say the same, whatever their headers are.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Response(one), Self::Response(other)) => {
                (one.status(), one.body()) == (other.status(), other.body())
            }
            (Self::Failure(one), Self::Failure(other)) => one == other,
            _ => false,
        }
    }
}

impl fmt::Debug for StubTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StubTransport").field("answer", &self.answer()).finish_non_exhaustive()
    }
}
