//! A gateway whose provider is that of an engine.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, Operation, PaysOut, ReceivedFields,
    SignedResponse, Start, Subject, Tuning,
};
use payments_core::{
    Clock, PayoutRef, Provider,
    payout::{Beneficiary, CreatePayout, PayoutState},
};
use payments_engine::{Engine, Limits, Store};

/// Gateways of their own, each with an engine around the payouts of its provider.
pub(crate) fn start<G, F>(gateway: impl Fn() -> F + Send + Sync + 'static) -> Start
where
    G: PaysOut,
    F: Future<Output = G> + Send + 'static,
{
    let gateway = Arc::new(gateway);
    Start::new(move || {
        let starting = gateway();
        async move {
            let journaled = Arc::new(Journaled(starting.await));
            let mut subject = Subject::new(journaled.clone());
            subject.payouts = Some(journaled);
            subject
        }
    })
}

struct Journaled<G>(G);

#[async_trait]
impl<G: PaysOut> Gateway for Journaled<G> {
    fn hosts(&self) -> Hosts {
        self.0.hosts()
    }

    /// The provider of the engine, with its payouts alone. Each provider is another process with a
    /// store of its own.
    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let inner = self.0.provider(hosts, tuning);
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
        let role = engine.payouts(id.as_str()).unwrap();
        Provider::new(id, inner.kind().clone(), inner.environment())
            .with_departures(inner.departs())
            .with_payouts(role)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock()
    }

    async fn advance(&self, by: Duration) {
        self.0.advance(by).await;
    }

    async fn bookings(&self) -> Vec<Booking> {
        self.0.bookings().await
    }

    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        self.0.carried_out(operation, reference).await
    }

    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields {
        self.0.received(instruction, reference).await
    }

    fn secrets(&self) -> Vec<String> {
        self.0.secrets()
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        self.0.changed_responses()
    }

    fn signed_response(&self, call: Operation) -> SignedResponse {
        self.0.signed_response(call)
    }

    fn names_a_state(&self, inquiry: Operation) -> bool {
        self.0.names_a_state(inquiry)
    }

    fn calls_per_second(&self, inquiry: Operation) -> Option<u32> {
        self.0.calls_per_second(inquiry)
    }

    fn retry_after(&self, inquiry: Operation) -> &'static str {
        self.0.retry_after(inquiry)
    }

    fn reference(&self, number: u32) -> String {
        self.0.reference(number)
    }
}

#[async_trait]
impl<G: PaysOut> PaysOut for Journaled<G> {
    fn payout(&self, payout: PayoutRef) -> CreatePayout {
        self.0.payout(payout)
    }

    fn another_beneficiary(&self) -> Beneficiary {
        self.0.another_beneficiary()
    }

    async fn end_payout(&self, payout: &PayoutRef, end: PayoutState) -> Result<(), Impossible> {
        self.0.end_payout(payout, end).await
    }
}
