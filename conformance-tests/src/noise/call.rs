//! What a provider may conclude from an answer that anybody can give.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use payments_core::{
    Absence, Lookup, Provider, Result, Submission,
    notification::Confirmation,
    transport::{CallClass, Transport, TransportErrorKind},
};

use super::{
    line::{Answer, Line},
    message,
    requests::Requests,
};

/// A provider whose every call gets one answer, and what follows from that.
pub struct Calls {
    provider: Provider,
    line: Arc<Line>,
    requests: Requests,
    signed: Vec<&'static str>,
    genuine: Vec<Answer>,
    reached: Mutex<BTreeSet<&'static str>>,
}

/// What an operation said and what it did for it.
struct Told {
    operation: &'static str,
    answer: Answer,
    calls: Vec<CallClass>,
    breaches: Vec<String>,
}

impl Calls {
    /// The roles of `provider`, which was built with `line` as its client and without repetitions.
    pub fn new(provider: Provider, line: Arc<Line>, requests: Requests) -> Self {
        Self {
            provider,
            line,
            requests,
            signed: Vec::new(),
            genuine: Vec::new(),
            reached: Mutex::new(BTreeSet::new()),
        }
    }

    /// Names the operations (methods of the roles) whose answers the gateway signs: to them only a
    /// genuine answer tells anything, but for a refusal, which may be unsigned. To the others, any
    /// JSON may be the gateway's.
    #[must_use]
    pub fn signed(mut self, operations: impl IntoIterator<Item = &'static str>) -> Self {
        self.signed.extend(operations);
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

    /// The operations that have called so far: an operation that is refused before it calls learns
    /// nothing from noise.
    pub fn reached(&self) -> BTreeSet<&'static str> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is broken under this answer, as [`answer`](super::answer) reads it.
    pub async fn breaches_by(&self, text: &[u8]) -> Vec<String> {
        match message::answer(text) {
            Some(answer) => self.breaches(&answer).await,
            None => Vec::new(),
        }
    }

    /// What is broken once every call gets this answer:
    ///
    /// - an instruction is sent at most once, and an inquiry instructs nothing;
    /// - once an instruction was sent, it is no error; if it was not, it is one;
    /// - noise accepts nothing, declines nothing and answers no question;
    /// - what is accepted is what was asked for;
    /// - a decline is confirmed by the gateway's signature only.
    pub async fn breaches(&self, answer: &Answer) -> Vec<String> {
        self.line.will_answer(answer.clone());
        self.all().await
    }

    async fn all(&self) -> Vec<String> {
        self.line.take_calls();
        let mut breaches = self.payments().await;
        breaches.extend(self.virtual_accounts().await);
        breaches.extend(self.payouts().await);
        breaches.extend(self.statements().await);
        breaches.extend(self.notifications().await);
        breaches
    }

    async fn payments(&self) -> Vec<String> {
        let (Ok(role), requests) = (self.provider.payments(), &self.requests) else {
            return Vec::new();
        };
        let order = &requests.payment.order;
        let created = role.create_payment(&requests.payment).await;
        let mut breaches = self.instructed("create_payment", created, |payment| {
            payment.order == *order && payment.asked.is_none_or(|it| it == requests.payment.amount)
        });
        let found = role.find_payment(order).await;
        breaches.extend(self.looked_up("find_payment", found));
        let cancelled = role.cancel_payment(order).await;
        breaches.extend(self.instructed("cancel_payment", cancelled, |it| it.order == *order));
        let refunded = role.refund_payment(&requests.refund).await;
        breaches.extend(self.instructed("refund_payment", refunded, |refund| {
            refund.refund == requests.refund.refund && refund.order == requests.refund.order
        }));
        breaches
    }

    async fn virtual_accounts(&self) -> Vec<String> {
        let (Ok(role), requests) = (self.provider.virtual_accounts(), &self.requests) else {
            return Vec::new();
        };
        let account = &requests.virtual_account;
        let rules = role.rules_for(&requests.account).await;
        let mut breaches = self.asked("rules_for", rules);
        let opened = role.open(&requests.open).await;
        breaches
            .extend(self.instructed("open", opened, |opened| opened.order == requests.open.order));
        let found = role.find(account).await;
        breaches.extend(self.looked_up("find", found));
        let updated = role.update(&requests.update).await;
        breaches.extend(self.instructed("update", updated, |it| it.order == account.order));
        let closed = role.close(account).await;
        breaches.extend(self.instructed("close", closed, |it| it.order == account.order));
        let reopened = role.reopen(account, None).await;
        breaches.extend(self.instructed("reopen", reopened, |it| it.order == account.order));
        let credits = role.credits(account).await;
        breaches.extend(self.asked("credits", credits));
        breaches
    }

    async fn payouts(&self) -> Vec<String> {
        let (Ok(role), requests) = (self.provider.payouts(), &self.requests) else {
            return Vec::new();
        };
        let (sent, account) = (&requests.payout, &requests.payout.beneficiary.account);
        let created = role.create_payout(sent).await;
        let mut breaches = self.instructed("create_payout", created, |payout| {
            (&payout.payout, payout.amount) == (&sent.payout, sent.amount)
                && payout.account.as_ref().is_none_or(|number| *number == account.number)
        });
        let found = role.find_payout(&sent.payout).await;
        breaches.extend(self.looked_up("find_payout", found));
        let verified = role.verify_beneficiary(account).await;
        breaches.extend(self.asked("verify_beneficiary", verified));
        let balance = role.balance().await;
        breaches.extend(self.asked("balance", balance));
        breaches
    }

    async fn statements(&self) -> Vec<String> {
        let (Ok(role), requests) = (self.provider.statements(), &self.requests) else {
            return Vec::new();
        };
        let accounts = role.accounts().await;
        let mut breaches = self.asked("accounts", accounts);
        let entries = role.entries(&requests.after, &requests.filter).await;
        breaches.extend(self.asked("entries", entries));
        breaches
    }

    async fn notifications(&self) -> Vec<String> {
        let Ok(role) = self.provider.notifications() else { return Vec::new() };
        let mut breaches = Vec::new();
        for event in &self.requests.events {
            let confirmation = role.confirm(event).await;
            breaches.extend(self.inquired("confirm", confirmation, |confirmation| {
                !matches!(confirmation, Confirmation::NotYet { .. })
            }));
        }
        breaches
    }

    fn instructed<T: fmt::Debug>(
        &self,
        operation: &'static str,
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
                if decline.confirmed && !self.is_genuine(&told.answer) =>
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
            told.breaks(format!("concluded from noise: {outcome:?}"));
        }
        told.breaches
    }

    fn looked_up<T: fmt::Debug>(
        &self,
        operation: &'static str,
        outcome: Result<Lookup<T>>,
    ) -> Vec<String> {
        self.inquired(operation, outcome, |lookup| {
            !matches!(lookup, Lookup::Absent(Absence::Inconclusive { .. }))
        })
    }

    fn asked<T: fmt::Debug>(&self, operation: &'static str, outcome: Result<T>) -> Vec<String> {
        self.inquired(operation, outcome, |_| true)
    }

    /// `tells` says whether an outcome claims to know anything.
    fn inquired<T: fmt::Debug>(
        &self,
        operation: &'static str,
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
            told.breaks(format!("learnt from noise: {outcome:?}"));
        }
        told.breaches
    }

    fn told(&self, operation: &'static str) -> Told {
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
        self.says(told) && (!self.signed.contains(&told.operation) || self.is_genuine(&told.answer))
    }

    fn is_genuine(&self, answer: &Answer) -> bool {
        self.genuine.iter().any(|genuine| genuine.says_the_same_as(answer))
    }
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
