//! Goes through the lives, and records the observations.

use std::time::Duration;

use payments_core::{Role, Timestamp, money::Money, payout::Balance};

use crate::{
    Booking, Flaw, Operation, WebhookSample, fixture::Fixture, operations::PreparedCall,
    requests::Requests, step::Opened,
};

use super::{About, Delivered, Deposit, Life, Receiver, Seen, Step};

/// The time between opening, paying and inquiring, so that their times can be distinguished.
const PASSING: Duration = Duration::from_secs(1_200);

/// The sequence of events at one gateway.
pub(crate) struct Walk<'a> {
    pub(crate) fixture: &'a Fixture,
    pub(crate) seed: u64,
    pub(crate) lives: Vec<Life>,
    /// The returns of browsers.
    pub(crate) returns: Vec<WebhookSample>,
    receiver: Option<Receiver>,
    /// Whether accepted events are recorded, for which a provider may send inquiries to the
    /// gateway.
    pub(crate) believes: bool,
    /// The number of the latest reference.
    number: u32,
    booked: usize,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(fixture: &'a Fixture, seed: u64) -> Self {
        let receiver = Receiver::of(fixture);
        let (lives, returns) = (Vec::new(), Vec::new());
        Self { fixture, seed, lives, returns, receiver, believes: true, number: 0, booked: 0 }
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        self.fixture.subject.gateway.advance(time).await;
    }

    /// Returns the next reference.
    pub(crate) fn reference(&mut self) -> String {
        self.number += 1;
        self.fixture.subject.gateway.reference(self.number)
    }

    /// Opens an object under the next reference, with a changed request, and makes these steps.
    pub(crate) async fn life(
        &mut self,
        (about, operation): (About, Operation),
        change: impl FnOnce(&mut Requests),
        steps: &[Step],
    ) -> Result<(), Flaw> {
        let reference = self.reference();
        let mut call = PreparedCall::about(&self.fixture.subject, operation, &reference)?;
        change(&mut call.requests);
        self.lives_by(about, call, 0, steps).await
    }

    /// Opens an object by a call and makes these steps, with the next action of the given index.
    pub(crate) async fn lives_by(
        &mut self,
        about: About,
        call: PreparedCall,
        action: usize,
        steps: &[Step],
    ) -> Result<(), Flaw> {
        let asked = call.to_pay(&self.fixture.provider)?;
        let before = self.balance_of(&call, about).await;
        let allowed = call.check(&self.fixture.provider);
        let operation = call.operation;
        let mut life = Life { about, call, allowed, action, asked, before, steps: Vec::new() };
        if life.allowed.is_ok() {
            self.step(&mut life, Step::Do(operation), steps.is_empty()).await;
            if let Some(opened) = life.opened().cloned() {
                life.call.requests.keep(&opened);
                for (place, step) in (1..).zip(steps) {
                    self.step(&mut life, step.clone(), place == steps.len()).await;
                }
            }
        }
        self.lives.push(life);
        Ok(())
    }

    async fn step(&mut self, life: &mut Life, step: Step, is_last: bool) {
        let (fixture, provider) = (self.fixture, &self.fixture.provider);
        let (is_usual, is_edge) = (life.about == About::Usual, life.about == About::Edge);
        // There are many references, so each of these lives is inquired about only once.
        let looks = !is_edge && (is_last || life.about != About::Reference);
        if is_usual && matches!(step, Step::Pay(_)) {
            self.pass_a_little(life).await;
        }
        let (mark, at) = (fixture.mark(), fixture.now());
        let instruction = match step {
            Step::Do(operation) => Some(life.call.then(operation)),
            Step::Visit => Some(life.call.clone()),
            _ => None,
        };
        let outcome = match &instruction {
            Some(call) if step != Step::Visit => Some(call.carry_out(provider).await),
            _ => None,
        };
        let mut seen = Seen::of(step.clone(), at, outcome);
        if let Some(reported) = life.opened() {
            let opened =
                Opened { call: &life.call, asked: life.asked, reported, action: life.action };
            seen.is_done = step.happen(fixture, opened).await.is_ok();
        }
        seen.notes = fixture.since(mark);
        if is_edge {
            life.steps.push(seen);
            return;
        }
        if let Some(call) = instruction {
            seen.received =
                fixture.subject.gateway.received(call.operation, &call.reference()).await;
        }
        (seen.bookings, seen.deliveries) = self.new_entries().await;
        if is_usual && matches!(step, Step::Pay(_) | Step::Do(Operation::CreatePayout)) {
            self.pass_a_little(life).await;
        }
        if looks && let Some(inquiry) = life.call.inquiry(provider) {
            seen.found = Some(inquiry.ask(provider).await);
        }
        let has_credits = life.operation() == Operation::OpenVirtualAccount;
        if looks && has_credits && Operation::Credits.is_offered(provider) {
            seen.credits = Some(life.call.then(Operation::Credits).ask(provider).await);
        }
        seen.balance = self.balance_of(&life.call, life.about).await;
        life.steps.push(seen);
    }

    /// Lets a little time pass, but not so much that the object expires.
    async fn pass_a_little(&self, life: &Life) {
        let left = life.call.end().map_or(Duration::MAX, |end| end.since(self.fixture.now()));
        self.pass(PASSING.min(left / 3)).await;
    }

    /// Returns the balance from which a payout is sent.
    async fn balance_of(&self, call: &PreparedCall, about: About) -> Option<Money> {
        let is_compared = call.operation.role() == Role::Payouts && about == About::Usual;
        let balance = if is_compared { self.balance().await } else { None };
        balance.map(|(balance, _)| balance.amount)
    }

    /// Returns the balance available for payouts and the time of the inquiry, if the provider can
    /// report one.
    pub(crate) async fn balance(&self) -> Option<(Balance, Timestamp)> {
        let provider = &self.fixture.provider;
        if !Operation::Balance.is_offered(provider) {
            return None;
        }
        let balance = provider.payouts().ok()?.balance().await.ok()?;
        Some((balance, self.fixture.now()))
    }

    /// Returns the bookings and deliveries since the last call.
    async fn new_entries(&mut self) -> (Vec<Booking>, Vec<Delivered>) {
        let mut bookings = self.fixture.bookings().await;
        let all = bookings.len();
        let bookings = bookings.split_off(self.booked.min(all));
        self.booked = all;
        let deliveries = match &self.receiver {
            Some(receiver) => receiver.take(self.believes, &mut self.returns).await,
            None => Vec::new(),
        };
        (bookings, deliveries)
    }

    /// Makes two equal transfers in each currency arrive on the merchant's accounts.
    pub(crate) async fn deposits(&mut self) -> Vec<Deposit> {
        let mut deposits = Vec::new();
        let Some((gateway, role)) = self.fixture.statements() else { return deposits };
        for currency in &role.capabilities().currencies {
            let amount = Money::from_minor(70_000, *currency);
            for memo in ["first", "second"] {
                gateway.receive(amount, memo).await;
                let at = self.fixture.now();
                let (bookings, deliveries) = self.new_entries().await;
                deposits.push(Deposit { amount, at, bookings, deliveries });
            }
        }
        deposits
    }
}
