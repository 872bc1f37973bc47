//! What is to go wrong next, and what came by so far.

use std::fmt;
use std::sync::Arc;

use http::Method;
use tokio::sync::watch;

use super::connection::Upstream;
use super::fault::Fault;
use super::message::Request;

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
    /// Whether its connection had answered another request before.
    pub kept_alive: bool,
    /// What went wrong with it.
    pub fault: Option<Fault>,
    /// Whether the gateway got all of it.
    pub forwarded: bool,
}

/// The faults to come and the requests so far, shared by every listener of a proxy.
#[derive(Clone, Debug)]
pub(super) struct Script(Arc<watch::Sender<State>>);

#[derive(Debug, Default)]
struct State {
    armed: Vec<Armed>,
    requests: Vec<SeenRequest>,
    under_way: usize,
    kept: Vec<Kept>,
}

/// A request that the gateway is still to get.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) number: usize,
    pub(super) upstream: Arc<Upstream>,
    pub(super) request: Request,
}

struct Armed {
    fault: Fault,
    matching: Box<Predicate>,
}

type Predicate = dyn Fn(&SeenRequest) -> bool + Send + Sync;

impl Armed {
    fn strikes(&self, request: &SeenRequest) -> bool {
        let may_strike = match self.fault {
            Fault::KeptAliveClosed(_) => request.kept_alive,
            _ => true,
        };
        may_strike && (self.matching)(request)
    }
}

impl fmt::Debug for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Armed").field("fault", &self.fault).finish_non_exhaustive()
    }
}

impl Script {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State::default())))
    }

    pub(super) fn arm(&self, fault: Fault, matching: Box<Predicate>) {
        self.0.send_modify(|state| state.armed.push(Armed { fault, matching }));
    }

    pub(super) fn disarm(&self) {
        self.0.send_modify(|state| state.armed.clear());
    }

    pub(super) fn requests(&self) -> Vec<SeenRequest> {
        self.0.borrow().requests.clone()
    }

    /// Takes the requests that the gateway is still to get, oldest first.
    pub(super) fn take_kept(&self) -> Vec<Kept> {
        let mut kept = Vec::new();
        self.0.send_modify(|state| kept = std::mem::take(&mut state.kept));
        kept
    }

    /// Notes that the gateway got all of a request.
    pub(super) fn forwarded(&self, number: usize) {
        self.0.send_modify(|state| {
            if let Some(request) = state.requests.get_mut(number) {
                request.forwarded = true;
            }
        });
    }

    /// Returns once no fault is armed and no request is under way.
    pub(super) async fn settled(&self) {
        let mut states = self.0.subscribe();
        // The sender lives as long as `self`.
        let _ = states.wait_for(|state| state.armed.is_empty() && state.under_way == 0).await;
    }

    /// Notes that a request has arrived, and decides what goes wrong with it.
    pub(super) fn arrived(&self, mut request: SeenRequest) -> Exchange {
        let mut exchange = Exchange { script: self.clone(), number: 0, fault: None };
        self.0.send_modify(|state| {
            let next = state.armed.iter().position(|armed| armed.strikes(&request));
            exchange.fault = next.map(|next| state.armed.remove(next).fault);
            exchange.number = state.requests.len();
            request.fault = exchange.fault;
            state.requests.push(request);
            state.under_way += 1;
        });
        exchange
    }
}

/// A request under way. Dropping it says that it has been dealt with.
#[derive(Debug)]
pub(super) struct Exchange {
    script: Script,
    number: usize,
    pub(super) fault: Option<Fault>,
}

impl Exchange {
    /// Notes that the gateway got all of it.
    pub(super) fn forwarded(&self) {
        self.script.forwarded(self.number);
    }

    /// Keeps it for the gateway to get later.
    pub(super) fn keep(&self, upstream: &Arc<Upstream>, request: &Request) {
        let (number, upstream) = (self.number, Arc::clone(upstream));
        let kept = Kept { number, upstream, request: request.clone() };
        self.script.0.send_modify(|state| state.kept.push(kept));
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.script.0.send_modify(|state| state.under_way -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::When;

    fn request(path: &str, kept_alive: bool) -> SeenRequest {
        SeenRequest {
            host: "gateway".into(),
            method: Method::POST,
            path: path.into(),
            kept_alive,
            fault: None,
            forwarded: false,
        }
    }

    fn strikes(script: &Script, path: &str, kept_alive: bool) -> Option<&'static str> {
        script.arrived(request(path, kept_alive)).fault.map(Fault::name)
    }

    #[test]
    fn faults_strike_in_order_each_once_and_only_what_they_match() {
        let script = Script::new();
        script.arm(Fault::HalfBody, Box::new(|request| request.path == "/payouts"));
        script.arm(Fault::HalfHeaders, Box::new(|_| true));
        assert_eq!(strikes(&script, "/balance", false), Some("half of the headers"));
        assert_eq!(strikes(&script, "/payouts", false), Some("half of the body"));
        assert_eq!(strikes(&script, "/payouts", false), None);
    }

    #[test]
    fn closing_a_kept_alive_connection_waits_for_one() {
        let script = Script::new();
        script.arm(Fault::KeptAliveClosed(When::AfterBooking), Box::new(|_| true));
        assert_eq!(strikes(&script, "/payouts", false), None);
        assert_eq!(strikes(&script, "/payouts", true), Some("kept-alive closed after booking"));
    }
}
