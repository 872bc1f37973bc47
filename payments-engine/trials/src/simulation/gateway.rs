//! The connection to the simulated gateway: connections that fail, and calls that overlap.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use provider_kit::transport::{
    Call, DepartureDecision, Transport, TransportError, TransportErrorKind,
};

use crate::random::Random;

/// A transport to a gateway in memory. If it `departs`, it asks for the departure of each
/// instruction.
pub(super) struct Line {
    pub(super) gateway: Arc<dyn Transport>,
    pub(super) departs: bool,
    pub(super) state: Arc<LineState>,
}

/// The faults of the line.
pub(super) struct LineState {
    random: Mutex<Random>,
    refused: Mutex<u64>,
}

impl LineState {
    pub(super) fn new(random: Random) -> Self {
        Self { random: Mutex::new(random), refused: Mutex::new(0) }
    }

    /// Refuses this many connections from now on.
    pub(super) fn refuse(&self, connections: u64) {
        *self.refused.lock().unwrap() = connections;
    }

    fn refuses(&self) -> bool {
        let mut refused = self.refused.lock().unwrap();
        let refuses = *refused > 0;
        *refused = refused.saturating_sub(1);
        refuses
    }

    /// Yields to other tasks, some times.
    async fn pause(&self) {
        let times = self.random.lock().unwrap().below(4);
        for _ in 0..times {
            tokio::task::yield_now().await;
        }
    }
}

fn not_sent(why: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::NotSent, why)
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        self.state.pause().await;
        if self.state.refuses() {
            return Err(not_sent("the connection was refused"));
        }
        if let Some(departure) = call.departure().filter(|_| self.departs) {
            if let DepartureDecision::Stay { why } = departure.depart().await {
                return Err(not_sent(why));
            }
            departure.wrote(1);
        }
        self.state.pause().await;
        let response = self.gateway.send(call).await;
        self.state.pause().await;
        response
    }

    fn departs(&self) -> bool {
        self.departs
    }
}
