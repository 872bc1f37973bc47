//! Statements: credits without a delivery, counted once with the reports of other sources.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{OrderRef, money::Money};
use payments_engine::{CaseKind, Engine, Seeded};

use super::{Finding, ensure};
use crate::{
    deliveries::{AMOUNT, Deliveries, SIGNED, deliver, received},
    statement::Changes,
};

const EVERY: Duration = Duration::from_secs(900);

/// The buyer pays, and the delivery is lost, but the statement lists the money. A late delivery,
/// and every later reading, is the same money.
pub(super) async fn a_statement_books_what_no_delivery_told_once(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let engine = world.builder(seeded).with_statements_every(EVERY).start().await.unwrap();
    engine.tick().await.unwrap();
    let lost = world.paid("A-1").await;
    ensure!(received(&engine, "A-1").await == 0, "nothing told of it yet");
    world.clock.advance(EVERY);
    engine.tick().await.unwrap();
    let counted = received(&engine, "A-1").await;
    ensure!(counted == AMOUNT, "the statement lists it, and {counted} are booked");
    let late = world.gateway.notification(lost.body().clone());
    let accepted = deliver(&engine, SIGNED, &late).await;
    ensure!(accepted.reply.status().is_success(), "{accepted:?}");
    for _ in 0..200 {
        world.clock.advance(EVERY);
        engine.tick().await.unwrap();
    }
    let counted = received(&engine, "A-1").await;
    ensure!(counted == AMOUNT, "{counted} are booked after two days");
    Ok(())
}

/// An engine that is killed while it reads a statement continues; two equal real transfers count
/// twice.
pub(super) async fn a_statement_is_read_on_after_a_kill(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::start();
    let engine = world.builder(seeded).with_statements_every(EVERY).start().await.unwrap();
    world.open("A-1").await;
    let half = Money::vnd(AMOUNT / 2);
    world.gateway.pay("A-1", half).unwrap();
    engine.tick().await.unwrap();
    engine.kill().await;
    world.gateway.pay("A-1", half).unwrap();
    let engine = world.builder(seeded).with_statements_every(EVERY).start().await.unwrap();
    engine.tick().await.unwrap();
    let counted = received(&engine, "A-1").await;
    ensure!(counted == AMOUNT, "{counted} are booked of two equal transfers");
    Ok(())
}

/// Two equal transfers without an order, each reported by a delivery and by a line of the statement
/// under another key, are two cases, whichever report comes first. Each is decided once.
pub(super) async fn unmatched_money_of_two_sources_is_one_case_for_each_transfer(
    seeded: Option<Seeded>,
) -> Finding {
    for deliveries_come_first in [true, false] {
        let world = Deliveries::start();
        let changes = Changes::default();
        changes.use_own_keys();
        let builder = Engine::builder()
            .with_store(world.store())
            .with_provider(changes.around(&world.provider()))
            .with_clock(Arc::new(world.clock.clone()))
            .with_seeded(seeded)
            .with_statements_every(EVERY)
            .without_background();
        let engine = builder.start().await.unwrap();
        for _ in 0..2 {
            world.gateway.deposit(Money::vnd(AMOUNT), "no order").unwrap();
        }
        let deliveries = world.gateway.take_notifications();
        for is_of_deliveries in [deliveries_come_first, !deliveries_come_first] {
            if is_of_deliveries {
                for delivery in &deliveries {
                    let accepted = deliver(&engine, SIGNED, delivery).await;
                    ensure!(accepted.reply.status().is_success(), "{accepted:?}");
                }
            } else {
                world.clock.advance(EVERY);
            }
            engine.tick().await.unwrap();
            let cases = engine.cases().await.unwrap();
            let kinds: Vec<_> = cases.iter().map(|(_, case, _)| case.kind).collect();
            ensure!(kinds == [CaseKind::Unmatched; 2], "{kinds:?}");
        }
        let cases = engine.cases().await.unwrap();
        ensure!(cases.iter().all(|(_, case, _)| case.credits.len() == 2), "{cases:#?}");
        for ((id, ..), order) in cases.iter().zip(["A-1", "A-2"]) {
            let reference = OrderRef::new(order).unwrap();
            engine.assign(id, &reference, "Lan", "the receipt").await.unwrap();
            let record = engine.payment(&reference).await.unwrap().unwrap();
            let counted = (record.received(), record.credits.len());
            ensure!(counted == (Some(Money::vnd(AMOUNT)), 2), "{counted:?} of {order}");
        }
        let left = engine.cases().await.unwrap();
        ensure!(left.is_empty(), "{left:#?}");
        engine.stop().await;
    }
    Ok(())
}
