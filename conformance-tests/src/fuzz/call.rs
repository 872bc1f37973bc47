//! What a provider may conclude from an answer that anybody can give.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Response;
use payments_core::{
    Absence, Provider,
    notification::Confirmation,
    transport::{CallClass, Transport, TransportErrorKind},
};

use crate::{
    Operation,
    operations::{self, Outcome, PreparedCall},
    requests::Requests,
    stub_transport::{Answer, StubTransport},
};

use super::message;

/// A provider whose every call gets one answer, and what follows from that.
pub struct Calls {
    provider: Provider,
    transport: Arc<StubTransport>,
    requests: Requests,
    signed: Vec<Operation>,
    covered: fn(&[u8]) -> Option<String>,
    genuine: Vec<Answer>,
    reached: Mutex<BTreeSet<Operation>>,
}

impl Calls {
    /// The roles of `provider`, which was built with `transport` as its client and without repetitions.
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

    /// Names the operations whose answers the gateway signs: to them only a
    /// genuine answer tells anything, but for a refusal, which may be unsigned. To the others, any
    /// JSON may be the gateway's.
    #[must_use]
    pub fn signed(mut self, operations: impl IntoIterator<Item = Operation>) -> Self {
        self.signed.extend(operations);
        self
    }

    /// Says what of a body the gateway's signature covers, where that is not all of it: an answer in
    /// which only the rest is changed is still genuine. `None` for a body without it.
    #[must_use]
    pub fn covering(mut self, covered: fn(&[u8]) -> Option<String>) -> Self {
        self.covered = covered;
        self
    }

    /// Adds an answer that the gateway really gave.
    #[must_use]
    pub fn with_genuine(mut self, answer: Answer) -> Self {
        self.genuine.push(answer);
        self
    }

    /// Makes every call once to `gateway` itself, and adds what it answers.
    pub async fn with_genuine_of(mut self, gateway: Arc<dyn Transport>) -> Self {
        let answer = self.transport.answer();
        self.transport.connect(gateway);
        self.all().await;
        self.transport.will_answer(answer);
        self.genuine.extend(self.transport.responses().into_iter().map(Answer::Response));
        self
    }

    /// The genuine answers as text for [`breaches_by`](Self::breaches_by): where a fuzzer starts
    /// from.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        self.genuine.iter().map(message::answer_text).collect()
    }

    /// The same, each as the answer to each operation alone.
    pub fn seeds_by_operation(&self) -> Vec<Vec<u8>> {
        let seeds = self.seeds();
        let named = |operation: Operation| {
            seeds.iter().map(move |seed| [operation.name().as_bytes(), b"\n", seed].concat())
        };
        operations().flat_map(named).collect()
    }

    /// The operations that have called so far: an operation that is refused before it calls learns
    /// nothing from fuzzed bytes.
    pub fn reached(&self) -> BTreeSet<Operation> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is broken under this answer, as [`answer`](super::answer) reads it: to every call, or
    /// to one operation, where the text begins with a line that names it.
    pub async fn breaches_by(&self, text: &[u8]) -> Vec<String> {
        let named = operations().find_map(|operation| {
            Some((operation, text.strip_prefix(operation.name().as_bytes())?.strip_prefix(b"\n")?))
        });
        match (named, message::answer(text)) {
            (Some((operation, text)), _) => {
                let Some(answer) = message::answer(text) else { return Vec::new() };
                self.transport.will_answer(answer);
                self.one(operation).await
            }
            (None, Some(answer)) => self.breaches(&answer).await,
            (None, None) => Vec::new(),
        }
    }

    /// What is broken once every call gets this answer:
    ///
    /// - an instruction is sent at most once, and an inquiry instructs nothing;
    /// - once an instruction was sent, it is no error; if it was not, it is one;
    /// - fuzzed bytes accept nothing, decline nothing and answer no question;
    /// - what is accepted is what was asked for;
    /// - a decline is confirmed by the gateway's signature only.
    pub async fn breaches(&self, answer: &Answer) -> Vec<String> {
        self.transport.will_answer(answer.clone());
        self.all().await
    }

    async fn all(&self) -> Vec<String> {
        let mut breaches = Vec::new();
        for operation in operations() {
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
                !matches!(answer, operations::Answer::Absent(absence) if *absence != Absence::Conclusive)
            });
            self.inquired(operation, knows)
        };
        breaches.into_iter().map(|breach| format!("{operation}: {breach}")).collect()
    }

    fn instructed(&self, operation: Operation, outcome: &Outcome) -> Vec<String> {
        let (calls, answer) = (self.calls_of(operation), self.transport.answer());
        let mut breaches = Vec::new();
        let sent = calls.iter().filter(|class| **class == CallClass::Instruction).count();
        if sent > 1 {
            breaches.push(format!("sent {sent} times"));
        }
        let left = sent > 0 && !matches!(answer, Answer::Failure(TransportErrorKind::NotSent));
        let flaw = match outcome {
            Outcome::Error(_) if left => Some("an error after it was sent"),
            Outcome::Uncertain(_) if !left => Some("uncertain although nothing was sent"),
            Outcome::Accepted { .. } if !outcome.is_as_asked() => {
                Some("accepted, and not as asked")
            }
            Outcome::Declined(decline) if decline.is_confirmed() && !self.is_genuine(&answer) => {
                Some("a confirmed decline that the gateway never gave")
            }
            _ => None,
        };
        breaches.extend(flaw.map(|flaw| format!("{flaw}: {outcome}")));
        // Without a call, as where a link is signed, there is nothing to believe.
        let is_believable = calls.is_empty()
            || match outcome {
                Outcome::Accepted { .. } => self.tells(operation, &answer),
                Outcome::Declined(_) => self.says(&answer),
                Outcome::Error(_) | Outcome::Uncertain(_) => true,
            };
        if !is_believable {
            breaches.push(format!("concluded from fuzzed bytes: {outcome}"));
        }
        breaches
    }

    /// `knows`: what an inquiry claims to know.
    fn inquired(&self, operation: Operation, knows: Option<impl fmt::Display>) -> Vec<String> {
        let (calls, answer) = (self.calls_of(operation), self.transport.answer());
        let mut breaches = Vec::new();
        if calls.contains(&CallClass::Instruction) {
            breaches.push("an inquiry instructs".to_owned());
        }
        if let Some(knows) = knows
            && !calls.is_empty()
            && !self.tells(operation, &answer)
        {
            breaches.push(format!("learnt from fuzzed bytes: {knows}"));
        }
        breaches
    }

    /// The calls of an operation, which has been reached if there are any.
    fn calls_of(&self, operation: Operation) -> Vec<CallClass> {
        let calls = self.transport.take_calls();
        if !calls.is_empty() {
            self.reached.lock().unwrap_or_else(PoisonError::into_inner).insert(operation);
        }
        calls
    }

    /// Whether the answer is in the form of the gateway's words at all.
    fn says(&self, answer: &Answer) -> bool {
        let is_json = |response: &Response<Bytes>| {
            serde_json::from_slice::<serde::de::IgnoredAny>(response.body()).is_ok()
        };
        self.is_genuine(answer) || matches!(answer, Answer::Response(response) if is_json(response))
    }

    /// Whether the answer may tell anything but a refusal, which few gateways sign.
    fn tells(&self, operation: Operation, answer: &Answer) -> bool {
        self.says(answer) && (!self.signed.contains(&operation) || self.is_signed(answer))
    }

    /// Whether the gateway signed what its signature covers of this answer.
    fn is_signed(&self, answer: &Answer) -> bool {
        let covered = |answer: &Answer| match answer {
            Answer::Response(response) => {
                Some((response.status(), (self.covered)(response.body())?))
            }
            Answer::Failure(_) => None,
        };
        let said = covered(answer);
        self.is_genuine(answer)
            || said.is_some() && self.genuine.iter().any(|genuine| covered(genuine) == said)
    }

    fn is_genuine(&self, answer: &Answer) -> bool {
        self.genuine.iter().any(|genuine| genuine.says_the_same_as(answer))
    }
}

fn operations() -> impl Iterator<Item = Operation> {
    let others = [Operation::RulesFor, Operation::Confirm];
    Operation::instructions().chain(Operation::inquiries()).chain(others)
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("provider", &self.provider).finish_non_exhaustive()
    }
}
