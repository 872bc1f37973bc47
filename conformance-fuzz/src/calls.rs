//! Tests the results of a provider's calls with responses from any sender.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use conformance_tests::{Answer, Operation, Outcome, PreparedCall, Requests};
use payments_core::{Absence, Provider, notification::Confirmation};
use provider_kit::transport::{CallClass, Transport, TransportErrorKind};

use crate::{
    message,
    stub_transport::{Response, StubTransport},
};

/// Tests a provider with one response to every call.
pub struct Calls {
    provider: Provider,
    transport: Arc<StubTransport>,
    requests: Requests,
    signed: Vec<Operation>,
    covered: fn(&[u8]) -> Option<String>,
    genuine: Vec<Response>,
    reached: Mutex<BTreeSet<Operation>>,
}

impl Calls {
    /// Creates the test of the roles of `provider`, which must be built with `transport` as its
    /// client and without repetitions.
    pub fn new(provider: Provider, transport: Arc<StubTransport>, requests: Requests) -> Self {
        Self {
            provider,
            transport,
            requests,
            signed: Vec::new(),
            covered: |_| None,
            genuine: Vec::new(),
            reached: Mutex::new(BTreeSet::new()),
        }
    }

    /// Sets the operations whose responses the gateway signs. For these, only a genuine response
    /// may have a result, except for a refusal, which may be unsigned. For the other operations,
    /// any JSON may be from the gateway.
    #[must_use]
    pub fn signed(mut self, operations: impl IntoIterator<Item = Operation>) -> Self {
        self.signed.extend(operations);
        self
    }

    /// Sets the function that returns the part of a body that the gateway's signature covers, if
    /// that is not the whole body. A response of which only the rest is changed counts as genuine.
    /// The function returns `None` for a body without that part.
    #[must_use]
    pub fn covering(mut self, covered: fn(&[u8]) -> Option<String>) -> Self {
        self.covered = covered;
        self
    }

    /// Adds a response that the gateway really sent.
    #[must_use]
    pub fn with_genuine(mut self, response: impl Into<Response>) -> Self {
        self.genuine.push(response.into());
        self
    }

    /// Makes every call once with `gateway` itself, and adds its responses.
    pub async fn with_genuine_of(mut self, gateway: Arc<dyn Transport>) -> Self {
        self.transport.connect(gateway);
        self.all().await;
        self.genuine.extend(self.transport.disconnect().into_iter().map(Response::Http));
        self
    }

    /// Returns the genuine responses as texts for [`breaches_by`](Self::breaches_by), from which a
    /// fuzzer can start.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        self.genuine.iter().map(message::response_text).collect()
    }

    /// Returns the genuine responses as texts for [`breaches_by`](Self::breaches_by), each as the
    /// response to a single operation.
    pub fn seeds_by_operation(&self) -> Vec<Vec<u8>> {
        let seeds = self.seeds();
        let named = |operation: Operation| {
            seeds.iter().map(move |seed| [operation.name().as_bytes(), b"\n", seed].concat())
        };
        Operation::all().flat_map(named).collect()
    }

    /// Returns the operations that have made a call so far. An operation that is refused before its
    /// call is not tested by fuzzed bytes.
    pub fn reached(&self) -> BTreeSet<Operation> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the rules that are broken with this response, in the format of
    /// [`response`](crate::response). It is given to every call, or only to one operation if the
    /// text begins with a line that names it.
    pub async fn breaches_by(&self, text: &[u8]) -> Vec<String> {
        let named = Operation::all().find_map(|operation| {
            Some((operation, text.strip_prefix(operation.name().as_bytes())?.strip_prefix(b"\n")?))
        });
        match (named, message::response(text)) {
            (Some((operation, text)), _) => {
                let Some(response) = message::response(text) else { return Vec::new() };
                self.transport.set_response(response);
                self.one(operation).await
            }
            (None, Some(response)) => self.breaches(&response).await,
            (None, None) => Vec::new(),
        }
    }

    /// Returns the rules that are broken if every call gets this response:
    ///
    /// - an instruction is sent at most once, and an inquiry sends no instruction;
    /// - the result of an instruction is an error if, and only if, it was not sent;
    /// - with fuzzed bytes, no instruction is accepted or declined, and no inquiry has a result;
    /// - an accepted object equals the request;
    /// - a decline is confirmed only by the gateway's signature.
    pub async fn breaches(&self, response: &Response) -> Vec<String> {
        self.transport.set_response(response.clone());
        self.all().await
    }

    async fn all(&self) -> Vec<String> {
        let mut breaches = Vec::new();
        for operation in Operation::all() {
            breaches.extend(self.one(operation).await);
        }
        breaches
    }

    async fn one(&self, operation: Operation) -> Vec<String> {
        self.transport.take_calls();
        let call = PreparedCall::with(operation, self.requests.clone());
        let breaches = if operation.is_instruction() {
            self.instructed(operation, &call.carry_out(&self.provider).await)
        } else if operation == Operation::Confirm {
            let Ok(role) = self.provider.notifications() else { return Vec::new() };
            let mut breaches = Vec::new();
            for event in &self.requests.events {
                let confirmed = role.confirm(event).await.ok();
                let knows = confirmed.filter(|it| !matches!(it, Confirmation::NotYet { .. }));
                breaches.extend(self.inquired(operation, knows.map(|it| format!("{it:?}"))));
            }
            breaches
        } else {
            let knows = call.ask(&self.provider).await.ok().filter(|answer| {
                !matches!(answer, Answer::Absent(absence) if *absence != Absence::Conclusive)
            });
            self.inquired(operation, knows)
        };
        breaches.into_iter().map(|breach| format!("{operation}: {breach}")).collect()
    }

    fn instructed(&self, operation: Operation, outcome: &Outcome) -> Vec<String> {
        let (calls, response) = (self.calls_of(operation), self.transport.response());
        let mut breaches = Vec::new();
        let sent = calls.iter().filter(|class| **class == CallClass::Instruction).count();
        if sent > 1 {
            breaches.push(format!("sent {sent} times"));
        }
        let left = sent > 0 && !matches!(response, Response::Failure(TransportErrorKind::NotSent));
        let flaw = match outcome {
            Outcome::Error(_) if left => Some("an error after it was sent"),
            Outcome::Uncertain(_) if !left => Some("uncertain although nothing was sent"),
            Outcome::Accepted { .. } if !outcome.is_as_asked() => {
                Some("accepted, and not as asked")
            }
            Outcome::Declined(decline) if decline.is_confirmed() && !self.is_genuine(&response) => {
                Some("a confirmed decline that the gateway never gave")
            }
            _ => None,
        };
        breaches.extend(flaw.map(|flaw| format!("{flaw}: {outcome}")));
        // Without a call, such as when a link is signed, there is no response to accept.
        let is_believable = calls.is_empty()
            || match outcome {
                Outcome::Accepted { .. } => self.tells(operation, &response),
                Outcome::Declined(_) => self.says(&response),
                Outcome::Error(_) | Outcome::Uncertain(_) => true,
            };
        if !is_believable {
            breaches.push(format!("concluded from fuzzed bytes: {outcome}"));
        }
        breaches
    }

    /// Returns the broken rules of an inquiry. `knows` is its claimed result.
    fn inquired(&self, operation: Operation, knows: Option<impl fmt::Display>) -> Vec<String> {
        let (calls, response) = (self.calls_of(operation), self.transport.response());
        let mut breaches = Vec::new();
        if calls.contains(&CallClass::Instruction) {
            breaches.push("an inquiry instructs".to_owned());
        }
        if let Some(knows) = knows
            && !calls.is_empty()
            && !self.tells(operation, &response)
        {
            breaches.push(format!("learnt from fuzzed bytes: {knows}"));
        }
        breaches
    }

    /// Returns the calls of an operation, which counts as reached if there are any.
    fn calls_of(&self, operation: Operation) -> Vec<CallClass> {
        let calls = self.transport.take_calls();
        if !calls.is_empty() {
            self.reached.lock().unwrap_or_else(PoisonError::into_inner).insert(operation);
        }
        calls
    }

    /// Returns `true` if the response has the form of the gateway's responses.
    fn says(&self, response: &Response) -> bool {
        let is_json = |body: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        self.is_genuine(response)
            || matches!(response, Response::Http(response) if is_json(response.body()))
    }

    /// Returns `true` if the response may have a result other than a refusal, which few gateways
    /// sign.
    fn tells(&self, operation: Operation, response: &Response) -> bool {
        self.says(response) && (!self.signed.contains(&operation) || self.is_signed(response))
    }

    /// Returns `true` if the gateway signed the part of this response that its signature covers.
    fn is_signed(&self, response: &Response) -> bool {
        let covered = |response: &Response| match response {
            Response::Http(response) => Some((response.status(), (self.covered)(response.body())?)),
            Response::Failure(_) => None,
        };
        let said = covered(response);
        self.is_genuine(response)
            || said.is_some() && self.genuine.iter().any(|genuine| covered(genuine) == said)
    }

    fn is_genuine(&self, response: &Response) -> bool {
        self.genuine.iter().any(|genuine| genuine.says_the_same_as(response))
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("provider", &self.provider).finish_non_exhaustive()
    }
}
