//! A transport that notes every call, and gives it a stubbed answer or hands it on to a client.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::transport::{
    Call, CallClass, Subject, Transport, TransportError, TransportErrorKind,
};
use tokio::time::Instant;

/// What comes back from a call.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A whole answer.
    Response(Response<Bytes>),
    /// None.
    Failure(TransportErrorKind),
}

/// A call that a provider handed to its transport.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) class: CallClass,
    pub(crate) about: Option<Subject>,
    /// The provider's own line.
    pub(crate) made_at: &'static Location<'static>,
    pub(crate) host: String,
    pub(crate) at: Instant,
}

/// A transport that gives every call the same answer, and remembers the calls. Before it has
/// one, nothing is sent.
pub struct StubTransport(Mutex<State>);

struct State {
    /// The answer to the next call alone.
    next: Option<Answer>,
    answer: Answer,
    /// Where calls go instead.
    client: Option<Arc<dyn Transport>>,
    notes: Vec<Note>,
    responses: Vec<Response<Bytes>>,
}

impl StubTransport {
    /// A transport without an answer yet, which sends nothing.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::unconnected())
    }

    fn unconnected() -> Self {
        let answer = Answer::Failure(TransportErrorKind::NotSent);
        let (notes, responses) = (Vec::new(), Vec::new());
        Self(Mutex::new(State { next: None, answer, client: None, notes, responses }))
    }

    /// A transport that hands every call on.
    pub(crate) fn before(client: Arc<dyn Transport>) -> Self {
        let transport = Self::unconnected();
        transport.connect(client);
        transport
    }

    /// What every call gets from now on.
    pub fn will_answer(&self, answer: Answer) {
        let mut state = self.state();
        (state.client, state.answer) = (None, answer);
    }

    /// What the next call gets; those after it get what they would.
    pub(crate) fn will_answer_once(&self, answer: Answer) {
        self.state().next = Some(answer);
    }

    /// What every call gets.
    pub fn answer(&self) -> Answer {
        self.state().answer.clone()
    }

    /// The calls since the last time, oldest first.
    pub fn take_calls(&self) -> Vec<CallClass> {
        let notes = std::mem::take(&mut self.state().notes);
        notes.into_iter().map(|note| note.class).collect()
    }

    /// Hands calls on to a client, until [`will_answer`](Self::will_answer).
    pub(crate) fn connect(&self, client: Arc<dyn Transport>) {
        self.state().client = Some(client);
    }

    /// The calls after the first `mark` ones, oldest first.
    pub(crate) fn since(&self, mark: usize) -> Vec<Note> {
        self.state().notes.get(mark..).unwrap_or_default().to_vec()
    }

    /// Every response of the client.
    pub(crate) fn responses(&self) -> Vec<Response<Bytes>> {
        self.state().responses.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for StubTransport {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let client = {
            let mut state = self.state();
            state.notes.push(Note {
                class: call.class,
                about: call.about.clone(),
                made_at: call.made_at,
                host: call.request.uri().authority().map(ToString::to_string).unwrap_or_default(),
                at: Instant::now(),
            });
            let next = state.next.take();
            match (next, &state.client) {
                (None, Some(client)) => Arc::clone(client),
                (next, _) => return next.unwrap_or(state.answer.clone()).into_result(),
            }
        };
        let sent = client.send(call).await;
        self.state().responses.extend(sent.as_ref().ok().cloned());
        sent
    }

    fn departs(&self) -> bool {
        self.state().client.as_ref().is_some_and(|client| client.departs())
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
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
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
