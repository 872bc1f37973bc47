//! A gateway whose provider is that of an engine.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, Operation, Payers, PaysOut,
    ReceivedFields, SignedResponse, Start, Subject, TakesPayments, Tuning,
};
use payments_core::{
    Clock, OrderRef, PayoutRef, Provider,
    money::Money,
    payment::{CreatePayment, NextAction},
    payout::{Beneficiary, CreatePayout, PayoutState},
};
use payments_engine::{Engine, Limits, Store};

/// Gateways of their own, each with an engine around the payouts and payments of its provider.
///
/// `finds_twice`: whether an inquiry reports that a buyer paid twice. Where only notifications do,
/// which this provider does not have, buyers pay once.
pub(crate) fn start<G, F>(
    gateway: impl Fn() -> F + Send + Sync + 'static,
    finds_twice: bool,
) -> Start
where
    G: PaysOut + TakesPayments,
    F: Future<Output = G> + Send + 'static,
{
    start_as(gateway, finds_twice, |journaled| {
        let mut subject = Subject::new(journaled.clone());
        subject.payouts = Some(journaled.clone());
        subject.payments = Some(journaled);
        subject
    })
}

/// The same around gateways that only take payments.
pub(crate) fn start_payments<G, F>(
    gateway: impl Fn() -> F + Send + Sync + 'static,
    finds_twice: bool,
) -> Start
where
    G: TakesPayments,
    F: Future<Output = G> + Send + 'static,
{
    start_as(gateway, finds_twice, |journaled| {
        let mut subject = Subject::new(journaled.clone());
        subject.payments = Some(journaled);
        subject
    })
}

fn start_as<G, F>(
    gateway: impl Fn() -> F + Send + Sync + 'static,
    finds_twice: bool,
    subject: fn(Arc<Journaled<G>>) -> Subject,
) -> Start
where
    G: TakesPayments,
    F: Future<Output = G> + Send + 'static,
{
    let gateway = Arc::new(gateway);
    Start::new(move || {
        let starting = gateway();
        async move {
            let gateway = starting.await;
            subject(Arc::new(Journaled { gateway, finds_twice, paid: Mutex::default() }))
        }
    })
}

struct Journaled<G> {
    gateway: G,
    finds_twice: bool,
    /// What was paid, where it can be paid once.
    paid: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl<G: TakesPayments> Gateway for Journaled<G> {
    fn hosts(&self) -> Hosts {
        self.gateway.hosts()
    }

    /// The provider of the engine, with its payouts and payments alone. Each provider is another
    /// process with a store of its own.
    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let inner = self.gateway.provider(hosts, tuning);
        let departs = tuning.client.departs();
        assert_eq!(inner.departs(), departs, "{inner:?} says whether its transport departs");
        let id = inner.id().clone();
        // The laws are about single calls, of which many come to nothing.
        let limits = Limits::default().with_hold_after(u32::MAX);
        let builder = Engine::builder()
            .with_store(Store::memory())
            .with_clock(Arc::clone(&tuning.clock))
            .with_limits(id.as_str(), limits)
            .with_provider(inner.clone())
            .without_background();
        let started = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(builder.start()).unwrap()
        });
        let engine = started.join().unwrap();
        let provider = Provider::new(id.clone(), inner.kind().clone(), inner.environment())
            .with_departures(inner.departs())
            .with_payments(engine.payments(id.as_str()).unwrap());
        match inner.payouts() {
            Ok(_) => provider.with_payouts(engine.payouts(id.as_str()).unwrap()),
            Err(_) => provider,
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.gateway.clock()
    }

    async fn advance(&self, by: Duration) {
        self.gateway.advance(by).await;
    }

    async fn bookings(&self) -> Vec<Booking> {
        self.gateway.bookings().await
    }

    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        self.gateway.carried_out(operation, reference).await
    }

    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields {
        self.gateway.received(instruction, reference).await
    }

    fn secrets(&self) -> Vec<String> {
        self.gateway.secrets()
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        self.gateway.changed_responses()
    }

    fn signed_response(&self, call: Operation) -> SignedResponse {
        self.gateway.signed_response(call)
    }

    fn names_a_state(&self, inquiry: Operation) -> bool {
        self.gateway.names_a_state(inquiry)
    }

    fn calls_per_second(&self, inquiry: Operation) -> Option<u32> {
        self.gateway.calls_per_second(inquiry)
    }

    fn retry_after(&self, inquiry: Operation) -> &'static str {
        self.gateway.retry_after(inquiry)
    }

    fn reference(&self, number: u32) -> String {
        self.gateway.reference(number)
    }
}

#[async_trait]
impl<G: PaysOut + TakesPayments> PaysOut for Journaled<G> {
    fn payout(&self, payout: PayoutRef) -> CreatePayout {
        self.gateway.payout(payout)
    }

    fn another_beneficiary(&self) -> Beneficiary {
        self.gateway.another_beneficiary()
    }

    async fn end_payout(&self, payout: &PayoutRef, end: PayoutState) -> Result<(), Impossible> {
        self.gateway.end_payout(payout, end).await
    }
}

#[async_trait]
impl<G: TakesPayments> TakesPayments for Journaled<G> {
    fn payment(&self, order: OrderRef) -> CreatePayment {
        self.gateway.payment(order)
    }

    fn buyers(&self) -> Payers {
        let mut buyers = self.gateway.buyers();
        buyers.twice &= self.finds_twice;
        buyers
    }

    async fn visit(&self, shown: &NextAction) {
        self.gateway.visit(shown).await;
    }

    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
        let name = serde_json::to_string(shown).unwrap();
        if !self.finds_twice && self.paid.lock().unwrap().contains(&name) {
            return Err(Impossible);
        }
        self.gateway.pay(shown, amount).await?;
        self.paid.lock().unwrap().insert(name);
        Ok(())
    }
}
