//! Refunds that are carried out by a payout, and refunds that a gateway reports more than once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Environment, ErrorKind, Lookup, OrderRef, PaymentProvider, Provider, ProviderId, ProviderKind,
    RefundRef, Result, Submission,
    money::Money,
    payment::{CreatePayment, Payment, PaymentCapabilities, Refund, RefundPayment},
};
use payments_engine::{CaseKind, Engine, HandedOver, PaymentRecord, RefundRecordState, Seeded};
use provider_mock::PayoutOutcome;

use super::{Finding, ensure};
use crate::world::{MAIN, World, payout_of};

fn order() -> OrderRef {
    OrderRef::new("A-1").unwrap()
}

/// Opens and pays an order of 50,000 VND.
async fn paid(world: &World, engine: &Engine) {
    let request = CreatePayment::new(order(), Money::vnd(50_000)).unwrap();
    let payments = engine.payments(MAIN).unwrap();
    let _ = payments.create_payment(&request).await.unwrap();
    world.gateway().pay("A-1", Money::vnd(50_000)).unwrap();
    let _ = payments.find_payment(&order()).await.unwrap();
}

async fn refund(engine: &Engine, name: &str, amount: i64) -> Result<HandedOver> {
    let refund = RefundRef::new(name).unwrap();
    engine.refund_by_payout(&order(), &refund, MAIN, &payout_of(name, amount)).await
}

async fn record(engine: &Engine) -> PaymentRecord {
    let record = engine.payment(&order()).await.unwrap().unwrap();
    let history = engine.payment_history(&order()).await.unwrap();
    let folded = history.iter().fold(None, PaymentRecord::after).unwrap();
    let json = |record: &PaymentRecord| serde_json::to_value(record).unwrap();
    assert_eq!(json(&folded), json(&record), "the fold of {history:#?}");
    record
}

async fn state(engine: &Engine, name: &str) -> RefundRecordState {
    record(engine).await.refund(&RefundRef::new(name).unwrap()).unwrap().state
}

/// Payments of a provider that reports every refund twice.
struct RefundsTwice(Arc<dyn PaymentProvider>);

#[async_trait]
impl PaymentProvider for RefundsTwice {
    fn capabilities(&self) -> &PaymentCapabilities {
        self.0.capabilities()
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.0.create_payment(request).await
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        self.0.find_payment(order).await
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.0.cancel_payment(order).await
    }

    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>> {
        self.0.refund_payment(request).await
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        Ok(match self.0.find_refund(refund).await? {
            Lookup::Found(refund) => Lookup::Several(vec![refund.clone(), refund]),
            other => other,
        })
    }
}

pub(super) async fn two_refunds_under_one_name_are_a_case(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let honest = world.provider();
    let payments = Arc::new(RefundsTwice(Arc::clone(honest.payments().unwrap())));
    let (id, kind) = (ProviderId::new(MAIN).unwrap(), ProviderKind::new("mock").unwrap());
    let provider = Provider::new(id, kind, Environment::Sandbox)
        .with_payments(payments)
        .with_departures(honest.departs());
    let engine = world.builder_of(provider).with_seeded(seeded).start().await.unwrap();
    paid(&world, &engine).await;
    let name = RefundRef::new("R-1").unwrap();
    let payments = engine.payments(MAIN).unwrap();
    let asked = RefundPayment::new(name.clone(), order()).with_amount(Money::vnd(20_000)).unwrap();
    let _ = payments.refund_payment(&asked).await.unwrap();
    for _ in 0..2 {
        let found = payments.find_refund(&name).await.unwrap();
        ensure!(matches!(found, Lookup::Several(_)), "{found:?}");
    }
    let cases = engine.cases().await.unwrap();
    let [(_, case, _)] = cases.as_slice() else { return Err(format!("{cases:?}")) };
    ensure!(case.kind == CaseKind::PaidTwice && case.detail.contains("R-1"), "{case:?}");
    let state = state(&engine, "R-1").await;
    ensure!(state == RefundRecordState::Done, "{state:?}");
    Ok(())
}

pub(super) async fn refunds_by_payout_never_exceed_what_was_received(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let none = refund(&engine, "R-0", 10_000).await;
    ensure!(none.is_err(), "nothing was received: {none:?}");
    paid(&world, &engine).await;
    let first = RefundPayment::new(RefundRef::new("R-1").unwrap(), order());
    let first = first.with_amount(Money::vnd(30_000)).unwrap();
    let _ = engine.payments(MAIN).unwrap().refund_payment(&first).await.unwrap();
    let more = refund(&engine, "R-2", 30_000).await;
    let is_refused = more.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict);
    ensure!(is_refused, "{more:?}");
    let rest = refund(&engine, "R-3", 20_000).await;
    ensure!(matches!(rest, Ok(HandedOver::Recorded(_))), "{rest:?}");
    let by_gateway = RefundPayment::new(RefundRef::new("R-4").unwrap(), order());
    let by_gateway = by_gateway.with_amount(Money::vnd(1_000)).unwrap();
    let more = engine.payments(MAIN).unwrap().refund_payment(&by_gateway).await;
    ensure!(more.is_err(), "what a payout gives back is given back once more: {more:?}");
    Ok(())
}

pub(super) async fn a_refund_follows_the_payout_that_carries_it_out(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    paid(&world, &engine).await;
    for _ in 0..2 {
        let handed_over = refund(&engine, "R-1", 50_000).await;
        ensure!(matches!(handed_over, Ok(HandedOver::Recorded(_))), "{handed_over:?}");
    }
    ensure!(!record(&engine).await.may_ship(), "what is given back is shipped");
    engine.tick().await.unwrap();
    ensure!(state(&engine, "R-1").await == RefundRecordState::Pending, "it is not under way");
    world.gateway().settle_payout("R-1", PayoutOutcome::Failed).unwrap();
    world.advance(&engine, Duration::from_secs(400)).await;
    ensure!(state(&engine, "R-1").await == RefundRecordState::Failed, "its payout failed");
    // An amount whose refund failed may be refunded under another name.
    let other = engine.submit(MAIN, &payout_of("P-1", 50_000)).await;
    ensure!(matches!(other, Ok(HandedOver::Recorded(_))), "{other:?}");
    let taken = refund(&engine, "P-1", 50_000).await;
    ensure!(taken.is_err(), "a payout of its own becomes a refund: {taken:?}");
    let again = refund(&engine, "R-2", 50_000).await;
    ensure!(matches!(again, Ok(HandedOver::Recorded(_))), "{again:?}");
    engine.tick().await.unwrap();
    world.gateway().settle_payout("R-2", PayoutOutcome::Succeeded).unwrap();
    world.advance(&engine, Duration::from_secs(400)).await;
    ensure!(state(&engine, "R-2").await == RefundRecordState::Done, "its payout succeeded");
    let received = record(&engine).await.received();
    ensure!(received == Some(Money::vnd(0)), "{received:?} is left");
    ensure!(world.carried_out("R-2") == 1, "it was paid out {} times", world.carried_out("R-2"));
    Ok(())
}
