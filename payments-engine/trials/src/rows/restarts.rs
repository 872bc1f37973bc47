//! Engines that start after another one was killed.

use std::time::Duration;

use payments_core::{ErrorKind, Provider, ProviderId, Secret};
use payments_engine::{CaseKind, Decision, HandedOver, Limits, RecordState, SealingKey, Seeded};
use provider_mock::{Scripted, When};

use super::{Finding, ensure};
use crate::world::{MAIN, PATIENCE, World, create, holds_within, payout, reference, state};

pub(super) async fn killed_after_the_send_it_is_not_sent_again(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let silence = Scripted::NoAnswer { when: When::AfterBooking };
    world.gateway().next_payout(silence).unwrap();
    let builder = world.builder().with_interval(Duration::from_millis(20));
    let engine = builder.with_seeded(seeded).start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    let arrived = holds_within(PATIENCE, async || world.carried_out("P-1") == 1).await;
    assert!(arrived, "the gateway gets the payout");
    engine.kill().await;
    let engine = world.engine(seeded).await;
    engine.tick().await.unwrap();
    world.advance(&engine, Duration::from_secs(10)).await;
    let (times, state) = (world.carried_out("P-1"), state(&engine, "P-1").await);
    ensure!(times == 1, "carried out {times} times");
    ensure!(state == RecordState::Pending, "{state:?} although the gateway knows it");
    Ok(())
}

pub(super) async fn what_a_copy_of_the_store_does_not_know_is_asked_for(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.stop().await;
    // It was sent, but the copy does not know of it.
    let _ = world.provider().payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
    let engine = world.engine(seeded).await;
    engine.tick().await.unwrap();
    let times = world.carried_out("P-1");
    ensure!(times == 1, "carried out {times} times");
    Ok(())
}

pub(super) async fn what_was_acknowledged_survives_a_kill(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let handed_over = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    assert!(matches!(handed_over, HandedOver::Recorded(_)), "{handed_over:?}");
    engine.kill().await;
    let engine = world.engine(seeded).await;
    let record = engine.payout(&reference("P-1")).await.unwrap();
    ensure!(record.is_some(), "it was acknowledged, and it is lost");
    Ok(())
}

pub(super) async fn another_merchant_under_a_known_name_is_refused(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let provider = |merchant: &str| world.provider().with_merchant("merchant_id", merchant);
    let builder = |merchant| world.builder_of(provider(merchant)).with_seeded(seeded);
    builder("12345").start().await.unwrap().stop().await;
    let other = builder("67890").start().await;
    let is_refused = other.as_ref().is_err_and(|error| error.kind() == ErrorKind::Configuration);
    ensure!(is_refused, "another merchant is accepted: {other:?}");
    // The same merchant under another name would count its money twice.
    let id = ProviderId::new("renamed").unwrap();
    let renamed = payments_core::Provider::new(id, provider("1").kind().clone(), {
        payments_core::Environment::Sandbox
    });
    let renamed = renamed.with_merchant("merchant_id", "12345");
    let error = world.builder_of(renamed).with_seeded(seeded).start().await.unwrap_err();
    ensure!(error.to_string().contains("[providers.main]"), "{error}");
    let first = builder("12345").start().await;
    ensure!(first.is_ok(), "a start that was refused changed what the store knows: {first:?}");
    Ok(())
}

pub(super) async fn another_environment_under_a_known_name_is_refused(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    world.engine(seeded).await.stop().await;
    let (id, kind) = (ProviderId::new(MAIN).unwrap(), world.provider().kind().clone());
    let environment = payments_core::Environment::Production;
    let real = payments_core::Provider::new(id, kind, environment);
    let secret = Secret::new("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
    let builder = world.builder_of(real).with_seeded(seeded);
    let error = builder.with_keys([SealingKey::new(&secret).unwrap()]).start().await.unwrap_err();
    ensure!(error.to_string().contains("was mock sandbox"), "{error}");
    Ok(())
}

/// A provider of this name that does nothing.
fn another(world: &World, name: &str) -> Provider {
    let (id, kind) = (ProviderId::new(name).unwrap(), world.provider().kind().clone());
    Provider::new(id, kind, payments_core::Environment::Sandbox)
}

pub(super) async fn a_provider_that_is_missing_is_refused(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.stop().await;
    let started = world.builder_of(another(&world, "other")).with_seeded(seeded).start().await;
    let said = started.as_ref().err().map(ToString::to_string).unwrap_or_default();
    ensure!(said.contains("retired = [\"main\"]"), "it has an open payout: {started:?}");
    // The payout waits for its provider.
    let engine = world.engine(seeded).await;
    engine.tick().await.unwrap();
    let state = state(&engine, "P-1").await;
    ensure!(state == RecordState::Pending, "{state:?}");
    Ok(())
}

pub(super) async fn a_retired_provider_leaves_its_payouts_to_a_person(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    world.gateway().next_payout(Scripted::lost_after_booking()).unwrap();
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    engine.stop().await;
    let builder = world.builder_of(another(&world, "other")).with_seeded(seeded);
    let retired = builder.with_retired_provider(ProviderId::new(MAIN).unwrap());
    let engine = retired.start().await.unwrap();
    world.advance(&engine, Duration::from_secs(600)).await;
    let cases = engine.cases().await.unwrap();
    let [(id, case, _)] = cases.as_slice() else { return Err(format!("{cases:?}")) };
    ensure!(case.kind == CaseKind::Unknown, "{case:?}");
    let _ = engine.decide(id, Decision::WasPaid, "lan", "it is in the statement").await.unwrap();
    let state = state(&engine, "P-1").await;
    ensure!(state == RecordState::Succeeded, "{state:?}");
    Ok(())
}

/// A payout whose sender was killed has no outcome, and one that was never sent has no sender.
pub(super) async fn a_provider_retired_after_a_kill_leaves_nothing_under_way(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let silence = Scripted::NoAnswer { when: When::AfterBooking };
    world.gateway().next_payout(silence).unwrap();
    let builder = world.builder().with_limits(MAIN, Limits::default().with_at_once(1));
    let builder = builder.with_interval(Duration::from_millis(20)).with_seeded(seeded);
    let engine = builder.start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    let arrived = holds_within(PATIENCE, async || world.carried_out("P-1") == 1).await;
    assert!(arrived, "the gateway gets the payout");
    let _ = engine.submit(MAIN, &payout("P-2")).await.unwrap();
    engine.kill().await;
    let builder = world.builder_of(another(&world, "other")).with_seeded(seeded);
    let retired = builder.with_retired_provider(ProviderId::new(MAIN).unwrap());
    let engine = retired.start().await.unwrap();
    world.advance(&engine, Duration::from_secs(600)).await;
    world.advance(&engine, Duration::from_secs(600)).await;
    let cases = engine.cases().await.unwrap();
    let [(_, case, _)] = cases.as_slice() else { return Err(format!("{cases:?}")) };
    ensure!(case.kind == CaseKind::Unknown, "{case:?}");
    let sent = state(&engine, "P-1").await;
    ensure!(sent == RecordState::Uncertain, "{sent:?} although its sender was killed");
    let waiting = state(&engine, "P-2").await;
    ensure!(waiting == RecordState::Prepared, "{waiting:?} before its time to send is over");
    world.advance(&engine, Duration::from_secs(25 * 3600)).await;
    let closed = state(&engine, "P-2").await;
    ensure!(closed == RecordState::NotSent, "{closed:?} after its time to send");
    Ok(())
}
