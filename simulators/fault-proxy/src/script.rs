//! What is to go wrong next, and what came by so far.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use tokio::sync::watch;

use super::fault::Fault;

/// A gateway's host behind the proxy.
#[derive(Debug)]
pub(super) struct Upstream {
    /// The name of the host.
    pub(super) name: String,
    /// `host:port`.
    pub(super) authority: String,
}

/// A request that reached the proxy, without its query, headers and body, which carry secrets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The name of the host that it was sent to.
    pub host: String,
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: String,
    /// Whether its connection had responded to another request before.
    pub kept_alive: bool,
    /// What went wrong with it.
    pub fault: Option<Fault>,
    /// Whether the gateway got all of it.
    pub forwarded: bool,
}

/// Shared by every listener of a proxy.
pub(super) type Script = Arc<watch::Sender<State>>;

/// The faults to come and the requests so far.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The faults that have not struck yet, in their order.
    pub(super) armed: Vec<Fault>,
    /// The requests that arrived, oldest first.
    pub(super) requests: Vec<SeenRequest>,
    /// The requests that the gateway is still to get, oldest first.
    pub(super) kept: Vec<Kept>,
    under_way: usize,
}

/// A request that the gateway is still to get.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) number: usize,
    pub(super) upstream: Arc<Upstream>,
    pub(super) request: Request<Bytes>,
}

impl State {
    /// Whether every fault has struck and every request has been dealt with.
    pub(super) fn is_settled(&self) -> bool {
        self.armed.is_empty() && self.under_way == 0
    }

    /// Notes that the gateway got all of a request.
    pub(super) fn forwarded(&mut self, number: usize) {
        if let Some(request) = self.requests.get_mut(number) {
            request.forwarded = true;
        }
    }
}

/// A request under way. Dropping it notes that it has been dealt with.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) script: Script,
    pub(super) number: usize,
    pub(super) fault: Option<Fault>,
}

impl Exchange {
    /// Notes that a request has arrived, and decides what goes wrong with it.
    pub(super) fn of(mut request: SeenRequest, script: &Script) -> Self {
        let mut exchange = Self { script: Arc::clone(script), number: 0, fault: None };
        script.send_modify(|state| {
            let strikes = |fault: &Fault| match fault {
                Fault::KeptAliveClosed(_) => request.kept_alive,
                _ => true,
            };
            let next = state.armed.iter().position(strikes);
            exchange.fault = next.map(|next| state.armed.remove(next));
            exchange.number = state.requests.len();
            request.fault = exchange.fault;
            state.requests.push(request);
            state.under_way += 1;
        });
        exchange
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.script.send_modify(|state| state.under_way -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::When;

    fn strikes(script: &Script, kept_alive: bool) -> Option<String> {
        let request = SeenRequest {
            host: "gateway".into(),
            method: Method::POST,
            path: "/payouts".into(),
            kept_alive,
            fault: None,
            forwarded: false,
        };
        Exchange::of(request, script).fault.map(Fault::name)
    }

    #[test]
    fn faults_strike_in_order_and_each_once() {
        let script = Script::default();
        script.send_modify(|state| state.armed = vec![Fault::HalfBody, Fault::HalfHeaders]);
        assert_eq!(strikes(&script, false).unwrap(), "half of the body");
        assert_eq!(strikes(&script, false).unwrap(), "half of the headers");
        assert_eq!(strikes(&script, false), None);
    }

    #[test]
    fn closing_a_kept_alive_connection_waits_for_one() {
        let script = Script::default();
        script.send_modify(|state| state.armed = vec![Fault::KeptAliveClosed(When::AfterBooking)]);
        assert_eq!(strikes(&script, false), None);
        assert_eq!(strikes(&script, true).unwrap(), "kept-alive closed after booking");
    }
}
