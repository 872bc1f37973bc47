//! The client that a provider under test sends by: the real one, whose calls are noted and of which
//! the next can be struck by a fault.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::transport::{Call, CallClass, Transport, TransportError, TransportErrorKind};
use tokio::sync::Notify;

use crate::{
    proxy::{Fault, FaultProxy},
    stub_transport::{Answer, Note, StubTransport},
};

pub(crate) struct RecordingTransport {
    client: Arc<dyn Transport>,
    /// Before the client.
    stub: StubTransport,
    proxy: Arc<FaultProxy>,
    next: Mutex<Next>,
}

/// What happens to the next call of a class.
#[derive(Default)]
struct Next {
    /// A fault strikes it; a limit is how long it waits, where that is shorter than the client's.
    struck: Option<(CallClass, Fault, Option<Duration>)>,
    /// Its response is kept back.
    kept_back: Option<(CallClass, KeptBack)>,
}

/// The next call of a class, whose response has arrived and is kept back.
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

    /// Lets the response go on to its caller.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }
}

impl RecordingTransport {
    pub(crate) fn new(client: Arc<dyn Transport>, proxy: Arc<FaultProxy>) -> Self {
        let stub = StubTransport::before(Arc::clone(&client));
        Self { client, stub, proxy, next: Mutex::default() }
    }

    /// Makes `fault` strike the next call of this class.
    pub(crate) fn arm(&self, class: CallClass, fault: Fault) {
        self.next().struck = Some((class, fault, None));
    }

    /// Makes `fault` strike the next call of this class, which waits no longer than this.
    pub(crate) fn arm_within(&self, limit: Duration, class: CallClass, fault: Fault) {
        self.next().struck = Some((class, fault, Some(limit)));
    }

    /// Keeps back the response to the next call of this class.
    pub(crate) fn keep_back(&self, class: CallClass) -> KeptBack {
        let kept_back = KeptBack::default();
        self.next().kept_back = Some((class, kept_back.clone()));
        kept_back
    }

    /// Takes back a fault that waits for its call; whether there was one.
    pub(crate) fn disarm(&self) -> bool {
        self.next().struck.take().is_some()
    }

    /// The response to the last call that had one.
    pub(crate) fn last_response(&self) -> Option<Response<Bytes>> {
        self.stub.responses().pop()
    }

    /// Gives every call this response from now on, and sends none; with `None` they are sent again.
    pub(crate) fn replay(&self, response: Option<Response<Bytes>>) {
        match response {
            Some(response) => self.stub.will_answer(Answer::Response(response)),
            None => self.stub.connect(Arc::clone(&self.client)),
        }
    }

    /// The calls after the first `mark` ones, oldest first.
    pub(crate) fn since(&self, mark: usize) -> Vec<Note> {
        self.stub.since(mark)
    }

    fn next(&self) -> MutexGuard<'_, Next> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for RecordingTransport {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let (struck, kept_back) = {
            let mut next = self.next();
            let struck = next.struck.take_if(|(class, ..)| *class == call.class);
            (struck, next.kept_back.take_if(|(class, _)| *class == call.class))
        };
        let mut limit = Duration::MAX;
        if let Some((_, fault, within)) = struck {
            self.proxy.inject(fault);
            limit = within.unwrap_or(limit);
        }
        let sent = tokio::time::timeout(limit, self.stub.send(call)).await;
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
        self.client.departs()
    }
}
