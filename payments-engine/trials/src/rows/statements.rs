//! Statements: credits without a delivery, counted once with what other sources report.

use std::time::Duration;

use payments_core::money::Money;
use payments_engine::Seeded;

use super::{Finding, ensure};
use crate::deliveries::{AMOUNT, Deliveries, SIGNED, deliver, received};

const EVERY: Duration = Duration::from_secs(900);

/// The buyer pays, and the delivery is lost: the statement tells of it. A delivery that comes late,
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

/// Killed while it reads, it reads on; two equal true transfers count twice.
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
