//! The figures of health, on each store.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::PayoutRef;
use payments_engine::{CaseKind, Engine, EngineBuilder, RecordState, Store};
use provider_mock::Scripted;

use engine_trials::{
    deliveries::{Deliveries, OPEN, SIGNED, claim, deliver},
    world::{MAIN, payout},
};

/// A world and an engine on the store of the trials, and one in memory.
pub(crate) async fn on_each_store() -> Vec<(Deliveries, Engine)> {
    let mut worlds = Vec::new();
    for is_in_memory in [false, true] {
        let world = Deliveries::start();
        let store = if is_in_memory { Store::memory() } else { world.store() };
        let engine = builder(&world, store).start().await.unwrap();
        worlds.push((world, engine));
    }
    worlds
}

fn builder(world: &Deliveries, store: Store) -> EngineBuilder {
    world.builder(None).with_store(store).with_statements_every(Duration::from_secs(900))
}

/// One payout prepared, one uncertain, a case, an unconfirmed delivery, a refused one, and a statement
/// that was read.
pub(crate) async fn fill(world: &Deliveries, engine: &Engine) {
    engine.tick().await.unwrap();
    world.gateway.next_payout(Scripted::lost_before_booking()).unwrap();
    let payouts = engine.payouts(MAIN).unwrap();
    assert!(payouts.create_payout(&payout("P-1")).await.unwrap().is_uncertain());
    let _ = engine.submit(MAIN, &payout("P-2")).await.unwrap();
    world.gateway.deposit(payments_core::money::Money::vnd(70_000), "no order").unwrap();
    for delivery in world.gateway.take_notifications() {
        let _ = deliver(engine, SIGNED, &delivery).await;
    }
    let _ = deliver(engine, OPEN, &claim("A-1", "paid")).await;
    let forged = Request::post("/hooks/main/events").body(Bytes::from_static(b"{}")).unwrap();
    let _ = deliver(engine, SIGNED, &forged).await;
    world.clock.advance(Duration::from_secs(60));
}

#[tokio::test]
async fn each_figure_says_what_there_is() {
    for (world, engine) in on_each_store().await {
        fill(&world, &engine).await;
        let health = engine.health().await.unwrap();
        let of = |state| health.records.iter().find(|(known, _)| *known == state).map(|one| one.1);
        assert_eq!(of(RecordState::Prepared), Some(1), "{health:?}");
        assert_eq!(of(RecordState::Uncertain), Some(1), "{health:?}");
        let since = health.oldest_uncertain.unwrap();
        assert_eq!(payments_core::Clock::now(&world.clock).since(since).as_secs(), 60);
        assert_eq!(health.open_cases, 1, "{health:?}");
        assert_eq!(health.cases.get(&CaseKind::Unmatched), Some(&1), "{health:?}");
        let [(provider, endpoint, 1)] = &health.inbox.unconfirmed_at[..] else {
            panic!("{health:?}")
        };
        assert_eq!((provider.as_str(), endpoint.as_str()), (MAIN, OPEN));
        assert_eq!(health.inbox.refused_lately, health.inbox.refused, "{health:?}");
        assert_eq!(health.inbox.refused.len(), 1, "{health:?}");
        assert_eq!((health.forgotten, health.oldest_forgotten), (0, None), "{health:?}");
        assert_eq!((health.running, health.dead_letters), (1, 0), "{health:?}");
        assert_eq!(health.statements.len(), 1, "{health:?}");
    }
}

/// Due work that a mistake removed: the payout, the payment and the delivery are forgotten.
#[tokio::test]
async fn what_is_not_due_any_more_is_forgotten() {
    let world = Deliveries::start();
    let engine = builder(&world, world.store()).start().await.unwrap();
    fill(&world, &engine).await;
    world.gateway.next_payment(Scripted::lost_before_booking()).unwrap();
    let order = payments_core::OrderRef::new("A-9").unwrap();
    let amount = payments_core::money::Money::vnd(50_000);
    let request = payments_core::payment::CreatePayment::new(order, amount).unwrap();
    let request = request.with_return_url("https://shop.example/thanks").unwrap();
    let opened = engine.payments(MAIN).unwrap().create_payment(&request).await.unwrap();
    assert!(opened.is_uncertain(), "{opened:?}");
    assert_eq!(engine.health().await.unwrap().forgotten, 0);
    match &world.database {
        Some(database) => {
            let mut connection = database.connect().await;
            sqlx::raw_sql("DELETE FROM payments.task").execute(&mut connection).await.unwrap();
        }
        None => {
            let file = rusqlite::Connection::open(world.file()).unwrap();
            file.execute_batch("DELETE FROM payments_task").unwrap();
        }
    }
    let health = engine.health().await.unwrap();
    // Both payouts, the payment and the delivery.
    assert_eq!(health.forgotten, 4, "{health:?}");
    let since = payments_core::Clock::now(&world.clock).since(health.oldest_forgotten.unwrap());
    assert_eq!(since.as_secs(), 60, "{health:?}");
}

#[tokio::test]
async fn a_visitor_sees_whether_an_engine_runs() {
    let world = Deliveries::start();
    let engine = builder(&world, world.store()).start().await.unwrap();
    let visitor = world.builder(None).visit().await.unwrap();
    assert_eq!(visitor.health().await.unwrap().running, 1);
    engine.stop().await;
    drop(engine);
    assert_eq!(visitor.health().await.unwrap().running, 0);
    // And keeps none from starting.
    let engine = builder(&world, world.store()).start().await.unwrap();
    assert_eq!(visitor.health().await.unwrap().running, 1);
    engine.stop().await;
    assert!(visitor.payout(&PayoutRef::new("P-1").unwrap()).await.unwrap().is_none());
}
