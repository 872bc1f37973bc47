//! Cases of subjects without a record of their own.

use std::time::Duration;

use payments_core::money::Money;
use payments_engine::{CaseKind, Decision, Engine, Seeded};

use super::{Finding, ensure};
use crate::deliveries::{Deliveries, OPEN, claim, deliver};
use crate::statement::Changes;

const EVERY: Duration = Duration::from_secs(900);

/// Returns the kinds of the open cases.
async fn kinds(engine: &Engine) -> Vec<CaseKind> {
    engine.cases().await.unwrap().iter().map(|(_, case, _)| case.kind).collect()
}

/// Closes the only open case, by its name as a person would type it.
async fn close(engine: &Engine) -> Finding {
    let cases = engine.cases().await.unwrap();
    let [(id, ..)] = cases.as_slice() else { return Err(format!("{cases:?}")) };
    let health = engine.health().await.unwrap();
    let counted: Vec<_> = health.cases.into_iter().collect();
    ensure!((health.open_cases, counted) == (1, vec![(cases[0].1.kind, 1)]), "health counts it");
    let typed = id.to_string().parse().map_err(|error| format!("{id}: {error}"))?;
    let paid = engine.decide(&typed, Decision::WasPaid, "lan", "so it seems").await;
    ensure!(paid.is_err(), "a case without a record has no such decision");
    let closed = engine.decide(&typed, Decision::Closed, "lan", "looked at it").await;
    ensure!(closed.is_ok(), "{closed:?}");
    let again = engine.decide(&typed, Decision::Closed, "lan", "looked at it").await;
    ensure!(again.is_err(), "it was closed before");
    let left = kinds(engine).await;
    ensure!(left.is_empty(), "{left:?}");
    let health = engine.health().await.unwrap();
    ensure!((health.open_cases, health.cases.len()) == (0, 0), "{:?}", health.cases);
    Ok(())
}

pub(super) async fn a_contradicted_delivery_is_a_case_until_it_is_closed(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    let engine = world.engine(seeded).await;
    world.open("A-1").await;
    let _ = deliver(&engine, OPEN, &claim("A-1", "forged")).await;
    engine.tick().await.unwrap();
    let found = kinds(&engine).await;
    ensure!(found == [CaseKind::ContradictedDelivery], "{found:?}");
    close(&engine).await
}

pub(super) async fn a_line_that_cannot_be_read_is_one_case(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::start();
    let changes = Changes::default();
    let start = async || {
        let builder = Engine::builder()
            .with_store(world.store())
            .with_provider(changes.around(&world.provider()))
            .with_clock(std::sync::Arc::new(world.clock.clone()))
            .with_seeded(seeded)
            .with_statements_every(EVERY)
            .without_background();
        builder.start().await.unwrap()
    };
    let engine = start().await;
    world.gateway.deposit(Money::vnd(7_000), "no order").unwrap();
    changes.garble(&world.gateway.bookings().last().unwrap().transaction);
    for _ in 0..3 {
        world.clock.advance(EVERY);
        engine.tick().await.unwrap();
    }
    let found = kinds(&engine).await;
    ensure!(found == [CaseKind::UnreadableLine], "{found:?}");
    close(&engine).await?;
    engine.stop().await;
    // It is listed again, but its case was closed.
    let engine = start().await;
    world.clock.advance(EVERY);
    engine.tick().await.unwrap();
    let found = kinds(&engine).await;
    ensure!(found.is_empty(), "{found:?}");
    Ok(())
}
