//! The client that a provider under test sends by: the real one, which also notes what it was
//! given and lets a fault strike the next instruction.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::transport::{
    Call, CallClass, Subject, Transport, TransportError, TransportErrorKind,
};
use tokio::sync::Notify;

use crate::proxy::{Fault, FaultProxy};

/// A call that a provider handed to its client.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) class: CallClass,
    pub(crate) about: Option<Subject>,
    /// The provider's own line.
    pub(crate) made_at: &'static Location<'static>,
}

pub(crate) struct RecordingTransport {
    client: Arc<dyn Transport>,
    proxy: Arc<FaultProxy>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    notes: Vec<Note>,
    armed: Option<Armed>,
    kept_back: Option<(CallClass, KeptBack)>,
    last_response: Option<Response<Bytes>>,
    replayed: Option<Response<Bytes>>,
}

/// The next call of a class, whose answer has arrived and is kept back.
#[derive(Clone)]
pub(crate) struct KeptBack {
    arrived: Arc<Notify>,
    released: Arc<Notify>,
}

impl KeptBack {
    /// Waits until the answer has arrived.
    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Lets the answer go on to its caller.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }
}

#[derive(Clone, Copy)]
struct Armed {
    class: CallClass,
    fault: Fault,
    /// How long the struck call waits for its answer, where that is shorter than the client's.
    limit: Option<Duration>,
}

impl RecordingTransport {
    pub(crate) fn new(client: Arc<dyn Transport>, proxy: Arc<FaultProxy>) -> Self {
        Self { client, proxy, seen: Mutex::default() }
    }

    /// Makes `fault` strike the next call of this class.
    pub(crate) fn arm(&self, class: CallClass, fault: Fault) {
        self.seen().armed = Some(Armed { class, fault, limit: None });
    }

    /// Limits how long the call that is to be struck waits.
    pub(crate) fn limit(&self, limit: Duration) {
        if let Some(armed) = &mut self.seen().armed {
            armed.limit = Some(limit);
        }
    }

    /// Keeps back the answer to the next call of this class.
    pub(crate) fn keep_back(&self, class: CallClass) -> KeptBack {
        let kept_back = KeptBack { arrived: Arc::default(), released: Arc::default() };
        self.seen().kept_back = Some((class, kept_back.clone()));
        kept_back
    }

    /// Takes back a fault that waits.
    pub(crate) fn disarm(&self) {
        self.seen().armed = None;
    }

    /// Whether a fault still waits for its call.
    pub(crate) fn is_armed(&self) -> bool {
        self.seen().armed.is_some()
    }

    /// The response to the last call that had one.
    pub(crate) fn last_response(&self) -> Option<Response<Bytes>> {
        self.seen().last_response.clone()
    }

    /// Answers every call with this response from now on, and sends none; with `None` they are sent
    /// again.
    pub(crate) fn replay(&self, response: Option<Response<Bytes>>) {
        self.seen().replayed = response;
    }

    /// How many calls there were so far.
    pub(crate) fn count(&self) -> usize {
        self.seen().notes.len()
    }

    /// The calls after the first `mark` ones, oldest first.
    pub(crate) fn since(&self, mark: usize) -> Vec<Note> {
        self.seen().notes.get(mark..).unwrap_or_default().to_vec()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for RecordingTransport {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let (strikes, kept_back) = {
            let mut seen = self.seen();
            let about = call.about.clone();
            seen.notes.push(Note { class: call.class, about, made_at: call.made_at });
            if let Some(response) = &seen.replayed {
                return Ok(response.clone());
            }
            let strikes = seen.armed.is_some_and(|armed| armed.class == call.class);
            let strikes = if strikes { seen.armed.take() } else { None };
            (strikes, seen.kept_back.take_if(|(class, _)| *class == call.class))
        };
        if let Some(Armed { fault, .. }) = strikes {
            self.proxy.inject(fault);
        }
        let Some(limit) = strikes.and_then(|armed| armed.limit) else {
            let outcome = self.client.send(call).await;
            self.seen().last_response = outcome.as_ref().ok().cloned();
            if let Some((_, kept_back)) = kept_back {
                kept_back.arrived.notify_one();
                kept_back.released.notified().await;
            }
            return outcome;
        };
        match tokio::time::timeout(limit, self.client.send(call)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                let message = format!("no whole answer within {limit:?}");
                Err(TransportError::new(TransportErrorKind::TimedOut, message))
            }
        }
    }

    fn departs(&self) -> bool {
        self.client.departs()
    }
}
