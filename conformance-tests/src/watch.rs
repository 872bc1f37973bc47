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

use crate::proxy::{Fault, FaultProxy};

/// A call that a provider handed to its client.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) class: CallClass,
    pub(crate) about: Option<Subject>,
    /// The provider's own line.
    pub(crate) made_at: &'static Location<'static>,
}

pub(crate) struct Watch {
    client: Arc<dyn Transport>,
    proxy: Arc<FaultProxy>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    notes: Vec<Note>,
    armed: Option<Armed>,
}

#[derive(Clone, Copy)]
struct Armed {
    class: CallClass,
    fault: Fault,
    /// How long the struck call waits for its answer, where that is shorter than the client's.
    limit: Option<Duration>,
}

impl Watch {
    pub(crate) fn new(client: Arc<dyn Transport>, proxy: Arc<FaultProxy>) -> Self {
        Self { client, proxy, seen: Mutex::default() }
    }

    /// Makes `fault` strike the next call of this class.
    pub(crate) fn arm(&self, class: CallClass, fault: Fault) {
        self.seen().armed = Some(Armed { class, fault, limit: None });
    }

    /// The same, and that call waits no longer than this.
    pub(crate) fn arm_within(&self, class: CallClass, fault: Fault, limit: Duration) {
        self.seen().armed = Some(Armed { class, fault, limit: Some(limit) });
    }

    /// Takes back a fault that waits.
    pub(crate) fn disarm(&self) {
        self.seen().armed = None;
    }

    /// Whether a fault still waits for its call.
    pub(crate) fn is_armed(&self) -> bool {
        self.seen().armed.is_some()
    }

    /// Every call so far, oldest first.
    pub(crate) fn notes(&self) -> Vec<Note> {
        self.seen().notes.clone()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for Watch {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let strikes = {
            let mut seen = self.seen();
            let about = call.about.clone();
            seen.notes.push(Note { class: call.class, about, made_at: call.made_at });
            let strikes = seen.armed.is_some_and(|armed| armed.class == call.class);
            if strikes { seen.armed.take() } else { None }
        };
        if let Some(Armed { fault, .. }) = strikes {
            self.proxy.inject(fault);
        }
        let Some(limit) = strikes.and_then(|armed| armed.limit) else {
            return self.client.send(call).await;
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
