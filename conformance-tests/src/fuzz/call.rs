//! What a provider may conclude from an answer that anybody can give.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use payments_core::{
    Absence, Lookup, Provider, Result, Role, Submission,
    notification::Confirmation,
    transport::{CallClass, Transport, TransportErrorKind},
};

use crate::Operation;

use super::{
    message,
    requests::Requests,
    stub_transport::{Answer, StubTransport},
};

/// A provider whose every call gets one answer, and what follows from that.
pub struct Calls {
    provider: Provider,
    line: Arc<StubTransport>,
    requests: Requests,
    signed: Vec<Operation>,
    covered: fn(&[u8]) -> Option<String>,
    genuine: Vec<Answer>,
    reached: Mutex<BTreeSet<Operation>>,
}

/// What an operation said and what it did for it.
struct Told {
    operation: Operation,
    answer: Answer,
    calls: Vec<CallClass>,
    breaches: Vec<String>,
}

impl Calls {
    /// The roles of `provider`, which was built with `line` as its client and without repetitions.
    pub fn new(provider: Provider, line: Arc<StubTransport>, requests: Requests) -> Self {
        Self {
            provider,
            line,
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
        self.line.connect(gateway);
        self.all().await;
        let heard = self.line.disconnect();
        self.genuine.extend(heard);
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
                self.line.will_answer(answer);
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
        self.line.will_answer(answer.clone());
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
        self.line.take_calls();
        match operation.role() {
            Role::Payments => self.payment(operation).await,
            Role::VirtualAccounts => self.virtual_account(operation).await,
            Role::Payouts => self.payout(operation).await,
            Role::Statements => self.statement(operation).await,
            Role::Notifications => self.confirmations(operation).await,
            _ => Vec::new(),
        }
    }

    async fn payment(&self, operation: Operation) -> Vec<String> {
        let (Ok(role), requests) = (self.provider.payments(), &self.requests) else {
            return Vec::new();
        };
        let (order, refund) = (&requests.payment.order, &requests.refund);
        match operation {
            Operation::CreatePayment => {
                let created = role.create_payment(&requests.payment).await;
                self.instructed(operation, created, |payment| {
                    payment.order == *order
                        && payment.asked.is_none_or(|amount| amount == requests.payment.amount)
                })
            }
            Operation::CancelPayment => {
                let cancelled = role.cancel_payment(order).await;
                self.instructed(operation, cancelled, |payment| payment.order == *order)
            }
            Operation::RefundPayment => {
                let refunded = role.refund_payment(refund).await;
                self.instructed(operation, refunded, |refunded| {
                    (&refunded.refund, &refunded.order) == (&refund.refund, &refund.order)
                })
            }
            Operation::FindRefund => {
                self.looked_up(operation, role.find_refund(&refund.refund).await)
            }
            _ => self.looked_up(operation, role.find_payment(order).await),
        }
    }

    async fn virtual_account(&self, operation: Operation) -> Vec<String> {
        let (Ok(role), requests) = (self.provider.virtual_accounts(), &self.requests) else {
            return Vec::new();
        };
        let account = &requests.virtual_account;
        let (changed, order) = match operation {
            Operation::OpenVirtualAccount => {
                (role.open(&requests.open).await, &requests.open.order)
            }
            Operation::UpdateVirtualAccount => {
                (role.update(&requests.update).await, &requests.update.account.order)
            }
            Operation::CloseVirtualAccount => (role.close(account).await, &account.order),
            Operation::ReopenVirtualAccount => (role.reopen(account, None).await, &account.order),
            Operation::Credits => return self.asked(operation, role.credits(account).await),
            Operation::RulesFor => {
                return self.asked(operation, role.rules_for(&requests.account).await);
            }
            _ => return self.looked_up(operation, role.find(account).await),
        };
        self.instructed(operation, changed, |changed| changed.order == *order)
    }

    async fn payout(&self, operation: Operation) -> Vec<String> {
        let (Ok(role), sent) = (self.provider.payouts(), &self.requests.payout) else {
            return Vec::new();
        };
        let account = &sent.beneficiary.account;
        match operation {
            Operation::CreatePayout => {
                let created = role.create_payout(sent).await;
                self.instructed(operation, created, |payout| payout.differs_from(sent).is_none())
            }
            Operation::VerifyBeneficiary => {
                self.asked(operation, role.verify_beneficiary(account).await)
            }
            Operation::Balance => self.asked(operation, role.balance().await),
            _ => self.looked_up(operation, role.find_payout(&sent.payout).await),
        }
    }

    async fn statement(&self, operation: Operation) -> Vec<String> {
        let (Ok(role), requests) = (self.provider.statements(), &self.requests) else {
            return Vec::new();
        };
        match operation {
            Operation::Accounts => self.asked(operation, role.accounts().await),
            _ => {
                let entries = role.entries(&requests.after, &requests.filter).await;
                self.asked(operation, entries)
            }
        }
    }

    async fn confirmations(&self, operation: Operation) -> Vec<String> {
        let Ok(role) = self.provider.notifications() else { return Vec::new() };
        let mut breaches = Vec::new();
        for event in &self.requests.events {
            let confirmation = role.confirm(event).await;
            breaches.extend(self.inquired(operation, confirmation, |confirmation| {
                !matches!(confirmation, Confirmation::NotYet { .. })
            }));
        }
        breaches
    }

    fn instructed<T: fmt::Debug>(
        &self,
        operation: Operation,
        outcome: Result<Submission<T>>,
        as_asked: impl FnOnce(&T) -> bool,
    ) -> Vec<String> {
        let mut told = self.told(operation);
        let instructions =
            told.calls.iter().filter(|class| **class == CallClass::Instruction).count();
        if instructions > 1 {
            told.breaks(format!("sent {instructions} times"));
        }
        let left = instructions > 0
            && !matches!(told.answer, Answer::Failure(TransportErrorKind::NotSent));
        match &outcome {
            Err(error) if left => told.breaks(format!("an error after it was sent: {error}")),
            Ok(Submission::Uncertain(uncertain)) if !left => {
                told.breaks(format!("uncertain although nothing was sent: {uncertain}"));
            }
            Ok(Submission::Accepted(accepted)) if !as_asked(accepted) => {
                told.breaks(format!("accepted, and not as asked: {accepted:?}"));
            }
            Ok(Submission::Declined(decline))
                if decline.is_confirmed() && !self.is_genuine(&told.answer) =>
            {
                told.breaks(format!("confirmed by nobody: {decline}"));
            }
            _ => {}
        }
        // Without a call, as where a link is signed, there is nothing to believe.
        let believed = match &outcome {
            _ if told.calls.is_empty() => None,
            Ok(Submission::Accepted(_)) => Some(self.tells(&told)),
            Ok(Submission::Declined(_)) => Some(self.says(&told)),
            _ => None,
        };
        if believed == Some(false) {
            told.breaks(format!("concluded from fuzzed bytes: {outcome:?}"));
        }
        told.breaches
    }

    fn looked_up<T: fmt::Debug>(
        &self,
        operation: Operation,
        outcome: Result<Lookup<T>>,
    ) -> Vec<String> {
        self.inquired(operation, outcome, |lookup| {
            !matches!(lookup, Lookup::Absent(Absence::Inconclusive { .. }))
        })
    }

    fn asked<T: fmt::Debug>(&self, operation: Operation, outcome: Result<T>) -> Vec<String> {
        self.inquired(operation, outcome, |_| true)
    }

    /// `tells` says whether an outcome claims to know anything.
    fn inquired<T: fmt::Debug>(
        &self,
        operation: Operation,
        outcome: Result<T>,
        tells: impl FnOnce(&T) -> bool,
    ) -> Vec<String> {
        let mut told = self.told(operation);
        if told.calls.contains(&CallClass::Instruction) {
            told.breaks("an inquiry instructs".to_owned());
        }
        if let Ok(outcome) = &outcome
            && tells(outcome)
            && !told.calls.is_empty()
            && !self.tells(&told)
        {
            told.breaks(format!("learnt from fuzzed bytes: {outcome:?}"));
        }
        told.breaches
    }

    fn told(&self, operation: Operation) -> Told {
        let calls = self.line.take_calls();
        if !calls.is_empty() {
            self.reached.lock().unwrap_or_else(PoisonError::into_inner).insert(operation);
        }
        Told { operation, answer: self.line.answer(), calls, breaches: Vec::new() }
    }

    /// Whether the answer is in the form of the gateway's words at all.
    fn says(&self, told: &Told) -> bool {
        match &told.answer {
            answer if self.is_genuine(answer) => true,
            Answer::Response(response) => {
                serde_json::from_slice::<serde::de::IgnoredAny>(response.body()).is_ok()
            }
            Answer::Failure(_) => false,
        }
    }

    /// Whether the answer may tell anything but a refusal, which few gateways sign.
    fn tells(&self, told: &Told) -> bool {
        self.says(told) && (!self.signed.contains(&told.operation) || self.is_signed(&told.answer))
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
    Operation::INSTRUCTIONS.into_iter().chain(Operation::INQUIRIES).chain(others)
}

impl Told {
    fn breaks(&mut self, what: String) {
        self.breaches.push(format!("{}: {what}", self.operation));
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("provider", &self.provider).finish_non_exhaustive()
    }
}
