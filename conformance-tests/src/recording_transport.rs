//! The HTTP client of a provider under test: a real client that records calls and can apply a fault
//! to the next one.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use provider_kit::transport::{
    Call, CallClass, Subject, Transport, TransportError, TransportErrorKind,
};
use tokio::{sync::Notify, time::Instant};

use crate::proxy::{Fault, FaultProxy};

pub(crate) struct RecordingTransport {
    /// The real client and the proxy behind it. `None` if nothing is ever sent.
    line: Option<(Arc<dyn Transport>, Arc<FaultProxy>)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    notes: Vec<Note>,
    /// The response to the last call that had one.
    last: Option<Response<Bytes>>,
    /// The response that every call gets instead of being sent.
    replayed: Option<Response<Bytes>>,
    /// The response that the next call gets instead of being sent.
    replayed_once: Option<Response<Bytes>>,
    /// The fault for the next call of a class, which waits no longer than this.
    struck: Option<(CallClass, Fault, Duration)>,
    /// The response to the next call of a class is delayed.
    kept_back: Option<(CallClass, KeptBack)>,
}

/// A call that a provider passed to its transport.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) class: CallClass,
    pub(crate) about: Option<Subject>,
    /// The provider's line that made the call.
    pub(crate) made_at: &'static Location<'static>,
    pub(crate) host: String,
    pub(crate) at: Instant,
}

/// Returns the line of the provider that made the first call of this class, or else the last call of
/// any class.
pub(crate) fn line(notes: &[Note], class: CallClass) -> Option<&'static Location<'static>> {
    let of_class = notes.iter().find(|note| note.class == class);
    of_class.or(notes.last()).map(|note| note.made_at)
}

/// The next call of a class, whose response is held back after it has arrived.
#[derive(Clone, Default)]
pub(crate) struct KeptBack {
    arrived: Arc<Notify>,
    released: Arc<Notify>,
}

impl KeptBack {
    /// Waits until the response has arrived.
    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Passes the response on to its caller.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }
}

impl RecordingTransport {
    pub(crate) fn new(client: Arc<dyn Transport>, proxy: Arc<FaultProxy>) -> Self {
        Self { line: Some((client, proxy)), state: Mutex::default() }
    }

    /// Creates a transport that sends nothing. The first call gets this response, and every other
    /// an empty one.
    pub(crate) fn offline(first: Response<Bytes>) -> Self {
        let replayed = Some(Response::default());
        let state = State { replayed, replayed_once: Some(first), ..State::default() };
        Self { line: None, state: Mutex::new(state) }
    }

    /// Applies `fault` to the next call of this class.
    pub(crate) fn arm(&self, class: CallClass, fault: Fault) {
        self.arm_within(Duration::MAX, class, fault);
    }

    /// Applies `fault` to the next call of this class, which waits no longer than `limit`.
    pub(crate) fn arm_within(&self, limit: Duration, class: CallClass, fault: Fault) {
        self.state().struck = Some((class, fault, limit));
    }

    /// Holds back the response to the next call of this class.
    pub(crate) fn keep_back(&self, class: CallClass) -> KeptBack {
        let kept_back = KeptBack::default();
        self.state().kept_back = Some((class, kept_back.clone()));
        kept_back
    }

    /// Removes a fault that has not been applied yet. Returns whether there was one.
    pub(crate) fn disarm(&self) -> bool {
        self.state().struck.take().is_some()
    }

    /// Returns the response to the last call that had one.
    pub(crate) fn last_response(&self) -> Option<Response<Bytes>> {
        self.state().last.clone()
    }

    /// Makes every later call get this response without being sent. With `None`, calls are sent
    /// again.
    pub(crate) fn replay(&self, response: Option<Response<Bytes>>) {
        self.state().replayed = response;
    }

    /// Returns the calls after the first `mark` ones, oldest first.
    pub(crate) fn since(&self, mark: usize) -> Vec<Note> {
        self.state().notes.get(mark..).unwrap_or_default().to_vec()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for RecordingTransport {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let (replayed, struck, kept_back) = {
            let mut state = self.state();
            state.notes.push(Note {
                class: call.class,
                about: call.about.clone(),
                made_at: call.made_at,
                host: call.request.uri().authority().map(ToString::to_string).unwrap_or_default(),
                at: Instant::now(),
            });
            let replayed = state.replayed_once.take().or_else(|| state.replayed.clone());
            let struck = state.struck.take_if(|(class, ..)| *class == call.class);
            (replayed, struck, state.kept_back.take_if(|(class, _)| *class == call.class))
        };
        let (client, proxy) = match (replayed, &self.line) {
            (None, Some(line)) => line,
            (replayed, _) => {
                let nowhere = || TransportError::new(TransportErrorKind::NotSent, "no client");
                return replayed.ok_or_else(nowhere);
            }
        };
        let mut limit = Duration::MAX;
        if let Some((_, fault, within)) = struck {
            proxy.inject(fault);
            limit = within;
        }
        let sent = tokio::time::timeout(limit, client.send(call)).await;
        if let Ok(Ok(response)) = &sent {
            self.state().last = Some(response.clone());
        }
        if let Some((_, kept_back)) = kept_back {
            kept_back.arrived.notify_one();
            kept_back.released.notified().await;
        }
        sent.unwrap_or_else(|_| {
            let message = format!("no whole response within {limit:?}");
            Err(TransportError::new(TransportErrorKind::TimedOut, message))
        })
    }

    fn departs(&self) -> bool {
        self.line.as_ref().is_some_and(|(client, _)| client.departs())
    }
}
