//! A long queue of payouts does not hold up other work.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use payments_core::{
    Environment, Lookup, OrderRef, PayoutProvider, PayoutRef, Provider, ProviderId, Result,
    Submission,
    bank::BankAccount,
    money::Money,
    payment::CreatePayment,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
};
use payments_engine::OpeningState;
use provider_mock::Scripted;
use tokio::sync::Semaphore;

use engine_trials::world::{MAIN, PATIENCE, World, holds_within, payout};

/// A gateway that responds to a payout only once it may.
struct Slow {
    inner: Arc<dyn PayoutProvider>,
    may_respond: Arc<Semaphore>,
}

#[async_trait]
impl PayoutProvider for Slow {
    fn capabilities(&self) -> &PayoutCapabilities {
        self.inner.capabilities()
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let _may_respond = self.may_respond.acquire().await.unwrap();
        self.inner.create_payout(request).await
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        self.inner.find_payout(payout).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        self.inner.verify_beneficiary(account).await
    }

    async fn balance(&self) -> Result<Balance> {
        self.inner.balance().await
    }
}

#[tokio::test]
async fn a_slow_gateway_with_a_thousand_payouts_does_not_hold_up_an_inquiry() {
    let world = World::start().await;
    let may_respond = Arc::new(Semaphore::new(0));
    let inner = Arc::clone(world.provider().payouts().unwrap());
    let slow = Slow { inner, may_respond: Arc::clone(&may_respond) };
    let id = ProviderId::new(MAIN).unwrap();
    let provider = Provider::new(id, world.provider().kind().clone(), Environment::Sandbox)
        .with_payouts(Arc::new(slow))
        .with_payments(Arc::clone(world.provider().payments().unwrap()))
        .with_departures(true);
    let builder = world.builder_of(provider).with_interval(Duration::from_millis(10));
    let engine = builder.start().await.unwrap();
    let payouts: Vec<_> = (0..1_000).map(|number| payout(&format!("P-{number}"))).collect();
    for handed_over in join_all(payouts.iter().map(|one| engine.submit(MAIN, one))).await {
        let _ = handed_over.unwrap();
    }

    let order = OrderRef::new("A-1").unwrap();
    let request = CreatePayment::new(order.clone(), Money::vnd(50_000)).unwrap();
    world.gateway().next_payment(Scripted::lost_after_booking()).unwrap();
    let opened = engine.payments(MAIN).unwrap().create_payment(&request).await.unwrap();
    assert!(opened.is_uncertain(), "{opened:?}");
    let is_found = holds_within(PATIENCE, async || {
        world.clock.advance(Duration::from_secs(1));
        let record = engine.payment(&order).await.unwrap().unwrap();
        record.openings[0].state == OpeningState::Open
    });
    assert!(is_found.await, "the inquiry waits for a thousand payouts");
    assert_eq!(world.instructed(), 0, "none was sent yet");
    engine.kill().await;
}
