//! Deliveries: stored, replied to, confirmed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use payments_core::{OrderRef, money::Money, notification::Outcome, payment::CreatePayment};
use payments_engine::{Engine, Fault, InboxLimits, Seeded};

use super::{Finding, ensure};
use crate::deliveries::{AMOUNT, Deliveries, OPEN, RETURN, SIGNED, claim, deliver, received};
use crate::world::MAIN;

/// Moves the clock forward, and does the work that is due by then.
async fn advance(world: &Deliveries, engine: &Engine, by: Duration) {
    world.clock.advance(by);
    engine.tick().await.unwrap();
}

pub(super) async fn what_was_acknowledged_to_a_gateway_survives_a_kill(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let delivery = world.paid("A-1").await;
    let engine = world.engine(seeded).await;
    let accepted = deliver(&engine, SIGNED, &delivery).await;
    ensure!(accepted.outcome == Outcome::Handled, "{accepted:?}");
    engine.kill().await;
    let standings = world.standings();
    ensure!(standings == [["proven"]], "acknowledged, and the store has {standings:?}");
    Ok(())
}

pub(super) async fn a_delivery_is_stored_and_booked_in_one_commit(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let delivery = world.paid("A-1").await;
    let commits = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&commits);
    let store = world.store().with_faults(move |number| {
        counted.store(number + 1, Ordering::SeqCst);
        (number == 0).then_some(Fault::Refused)
    });
    let engine = world.builder(seeded).with_store(store).start().await.unwrap();
    let first = deliver(&engine, SIGNED, &delivery).await;
    ensure!(first.outcome == Outcome::TryAgain, "nothing is stored: {first:?}");
    ensure!(world.standings().is_empty(), "{:?}", world.standings());
    let before = commits.load(Ordering::SeqCst);
    let second = deliver(&engine, SIGNED, &delivery).await;
    ensure!(second.outcome == Outcome::Handled, "{second:?}");
    let number = commits.load(Ordering::SeqCst) - before;
    let counted = received(&engine, "A-1").await;
    ensure!(counted == AMOUNT, "acknowledged, and {counted} are booked");
    ensure!(number == 1, "it took {number} commits");
    ensure!(world.standings() == [["proven"]], "{:?}", world.standings());
    let third = deliver(&engine, SIGNED, &delivery).await;
    ensure!(third.outcome == Outcome::Duplicate, "{third:?}");
    Ok(())
}

/// A stranger's claim before the buyer pays is contradicted. The genuine delivery that arrives
/// later is trusted, although it is about the same order or even has the same bytes.
pub(super) async fn a_contradicted_delivery_uses_up_nothing(seeded: Option<Seeded>) -> Finding {
    for note in ["genuine", "forged"] {
        let world = Deliveries::start();
        let engine = world.engine(seeded).await;
        world.open("A-1").await;
        let forged = deliver(&engine, OPEN, &claim("A-1", "forged")).await;
        ensure!(forged.outcome == Outcome::Handled, "{forged:?}");
        engine.tick().await.unwrap();
        ensure!(world.standings() == [["contradicted"]], "{:?}", world.standings());
        let health = engine.health().await.unwrap().inbox;
        ensure!((health.unconfirmed, health.doubtful) == (0, 1), "{health:?}");
        world.gateway.pay("A-1", payments_core::money::Money::vnd(50_000)).unwrap();
        let genuine = deliver(&engine, OPEN, &claim("A-1", note)).await;
        ensure!(genuine.outcome == Outcome::Handled, "the genuine one: {genuine:?}");
        advance(&world, &engine, Duration::from_secs(60)).await;
        let last = world.standings().pop().unwrap_or_default();
        ensure!(last == ["confirmed"], "the genuine one is {last:?}");
        let counted = received(&engine, "A-1").await;
        ensure!(counted == AMOUNT, "{counted} are booked");
    }
    Ok(())
}

/// For an hour the engine has a wrong secret, so that it trusts no delivery. With the right one, repeated
/// deliveries are trusted, and inquiries find what the gateway no longer repeats.
pub(super) async fn an_hour_of_a_wrong_secret_loses_no_delivery(seeded: Option<Seeded>) -> Finding {
    const ORDERS: usize = 4;
    let world = Deliveries::start();
    let engine = world.builder_with("TEST-ONLY-mock-webhook-secret-0002", seeded);
    let engine = engine.start().await.unwrap();
    let mut bodies = Vec::new();
    for number in 0..ORDERS {
        let order = OrderRef::new(format!("A-{number}")).unwrap();
        let request = CreatePayment::new(order, Money::vnd(AMOUNT)).unwrap();
        let opened = engine.payments(MAIN).unwrap().create_payment(&request).await.unwrap();
        assert!(opened.accepted().is_ok(), "the gateway opens the order");
        bodies.push(world.pay(&format!("A-{number}")).body().clone());
    }
    for _ in 0..6 {
        world.clock.advance(Duration::from_secs(600));
        for body in &bodies {
            let refused = deliver(&engine, SIGNED, &world.gateway.notification(body.clone())).await;
            ensure!(refused.outcome == Outcome::Untrusted, "{refused:?}");
            ensure!(!refused.reply.status().is_success(), "the gateway stops: {refused:?}");
        }
    }
    ensure!(world.standings().is_empty(), "{:?}", world.standings());
    let health = engine.health().await.unwrap().inbox;
    ensure!(health.refused == [("wrong_signature".to_owned(), 24)], "{health:?}");
    engine.stop().await;
    let engine = world.engine(seeded).await;
    let (again, given_up) = bodies.split_at(ORDERS / 2);
    for (number, body) in again.iter().enumerate() {
        let believed = deliver(&engine, SIGNED, &world.gateway.notification(body.clone())).await;
        ensure!(believed.outcome == Outcome::Handled, "{believed:?}");
        let counted = received(&engine, &format!("A-{number}")).await;
        ensure!(counted == AMOUNT, "{counted} are booked of what came again");
    }
    advance(&world, &engine, Duration::from_secs(7_200)).await;
    for (number, _) in (again.len()..).zip(given_up) {
        let counted = received(&engine, &format!("A-{number}")).await;
        ensure!(counted == AMOUNT, "{counted} are booked of what the gateway gave up");
    }
    Ok(())
}

/// A delivery that was signed for another time has to be confirmed; signed anew it is trusted
/// immediately.
pub(super) async fn what_was_signed_for_another_time_is_confirmed(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let engine = world.engine(seeded).await;
    let early = world.paid("A-1").await;
    world.clock.advance(Duration::from_secs(3_600));
    let late = deliver(&engine, SIGNED, &early).await;
    ensure!(late.outcome == Outcome::Handled, "{late:?}");
    ensure!(world.standings() == [["unconfirmed"]], "{:?}", world.standings());
    let anew = world.gateway.notification(early.body().clone());
    let fresh = deliver(&engine, SIGNED, &anew).await;
    ensure!(fresh.outcome == Outcome::Handled, "signed anew: {fresh:?}");
    ensure!(world.standings() == [["proven"]], "{:?}", world.standings());
    let other = world.paid("A-2").await;
    world.clock.advance(Duration::from_secs(3_600));
    let _ = deliver(&engine, SIGNED, &other).await;
    engine.tick().await.unwrap();
    let last = world.standings().pop().unwrap_or_default();
    ensure!(last == ["confirmed"], "{last:?}");
    Ok(())
}

pub(super) async fn killed_between_storing_and_confirming_it_is_confirmed(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let _ = world.paid("A-1").await;
    let engine = world.engine(seeded).await;
    let accepted = deliver(&engine, OPEN, &claim("A-1", "")).await;
    ensure!(accepted.outcome == Outcome::Handled, "{accepted:?}");
    engine.kill().await;
    ensure!(world.standings() == [["unconfirmed"]], "{:?}", world.standings());
    let engine = world.engine(seeded).await;
    engine.tick().await.unwrap();
    ensure!(world.standings() == [["confirmed"]], "{:?}", world.standings());
    Ok(())
}

pub(super) async fn a_gateway_that_is_down_for_hours_is_asked_later(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let _ = world.paid("A-1").await;
    let engine = world.engine(seeded).await;
    world.is_down.store(true, Ordering::SeqCst);
    let accepted = deliver(&engine, OPEN, &claim("A-1", "")).await;
    ensure!(accepted.outcome == Outcome::Handled, "{accepted:?}");
    for _ in 0..36 {
        advance(&world, &engine, Duration::from_secs(600)).await;
    }
    ensure!(world.standings() == [["unconfirmed"]], "{:?}", world.standings());
    let asked = world.asked.load(Ordering::SeqCst);
    ensure!((5..=36).contains(&asked), "asked {asked} times in six hours");
    world.is_down.store(false, Ordering::SeqCst);
    advance(&world, &engine, Duration::from_secs(1_800)).await;
    ensure!(world.standings() == [["confirmed"]], "{:?}", world.standings());
    Ok(())
}

pub(super) async fn equal_deliveries_at_once_are_stored_once(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::start();
    let delivery = world.paid("A-1").await;
    let engine = world.engine(seeded).await;
    let accepted = join_all((0..8).map(|_| deliver(&engine, SIGNED, &delivery))).await;
    let handled = accepted.iter().filter(|one| one.outcome == Outcome::Handled).count();
    let repeated = accepted.iter().filter(|one| one.outcome == Outcome::Duplicate).count();
    ensure!((handled, repeated) == (1, 7), "{accepted:?}");
    let counted = received(&engine, "A-1").await;
    ensure!(counted == AMOUNT, "{counted} are booked");
    ensure!(world.standings() == [["proven"]], "{:?}", world.standings());
    Ok(())
}

pub(super) async fn unsigned_deliveries_are_limited_and_refused_ones_are_counted(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let limits = InboxLimits::default().with_unconfirmed(3).with_samples(2);
    let engine = world.builder(seeded).with_inbox(limits).start().await.unwrap();
    world.is_down.store(true, Ordering::SeqCst);
    let mut outcomes = Vec::new();
    for number in 0..4 {
        outcomes.push(deliver(&engine, OPEN, &claim(&format!("B-{number}"), "")).await.outcome);
    }
    let (handled, again) = (Outcome::Handled, Outcome::TryAgain);
    ensure!(outcomes == [handled, handled, handled, again], "{outcomes:?}");
    let genuine = world.paid("A-1").await;
    for _ in 0..4 {
        let mut forged = genuine.clone();
        *forged.body_mut() = bytes::Bytes::from_static(b"{}");
        let accepted = deliver(&engine, SIGNED, &forged).await;
        ensure!(accepted.outcome == Outcome::Untrusted, "{accepted:?}");
        ensure!(!accepted.reply.status().is_success(), "{accepted:?}");
    }
    let health = engine.health().await.unwrap().inbox;
    ensure!(health.unconfirmed == 3, "{health:?}");
    ensure!(health.refused == [("wrong_signature".to_owned(), 4)], "{health:?}");
    let accepted = deliver(&engine, SIGNED, &genuine).await;
    ensure!(accepted.outcome == Outcome::Handled, "a signed one is not limited: {accepted:?}");
    Ok(())
}

pub(super) async fn a_buyers_return_is_not_kept_and_its_order_is_asked_about(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let _ = world.paid("A-1").await;
    let engine = world.engine(seeded).await;
    let link = world.gateway.return_link("A-1").expect("the gateway sends the buyer back");
    let back = http::Request::get(link).body(bytes::Bytes::new()).unwrap();
    let before = world.gateway.requests().len();
    let accepted = deliver(&engine, RETURN, &back).await;
    ensure!(accepted.outcome == Outcome::Ignored, "{accepted:?}");
    ensure!(world.standings().is_empty(), "{:?}", world.standings());
    ensure!(world.gateway.requests().len() == before, "the page waits for no inquiry");
    engine.tick().await.unwrap();
    let asked = world.gateway.requests().len() - before;
    ensure!(asked == 1, "asked {asked} times");
    let counted = received(&engine, "A-1").await;
    ensure!(counted == AMOUNT, "the inquiry says so, and {counted} are booked");
    Ok(())
}

pub(super) async fn what_is_not_durable_in_time_is_requested_again(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let delivery = world.paid("A-1").await;
    let limits = InboxLimits::default().with_durable_within(Duration::from_millis(50));
    let engine = world.builder(seeded).with_inbox(limits).start().await.unwrap();
    let blocking = world.block();
    let accepted = deliver(&engine, SIGNED, &delivery).await;
    ensure!(accepted.outcome == Outcome::TryAgain, "{accepted:?}");
    drop(blocking);
    engine.tick().await.unwrap();
    let again = deliver(&engine, SIGNED, &delivery).await;
    ensure!(again.outcome == Outcome::Duplicate, "it was stored late: {again:?}");
    Ok(())
}
