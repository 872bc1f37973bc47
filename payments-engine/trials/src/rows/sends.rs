//! Single sends, and instructions that must not be sent.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use payments_core::{ErrorKind, Submission, rules::AbsenceRule};
use payments_engine::{CaseKind, Engine, Limits, RecordState, Seeded, Store};
use provider_mock::{MockGateway, Operation, PayoutStart, Scripted, Settings, When};

use super::{
    Finding,
    dishonest::{Wrong, dishonest},
    ensure,
};
use crate::count;
use crate::world::{
    MAIN, PATIENCE, World, create, free_port, holds_within, payout, payout_of, provider_at,
    provider_of, record, state,
};

pub(super) async fn a_permit_is_stored_before_the_first_byte(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    world.gateway().next_payout(Scripted::delay(Duration::from_millis(300))).unwrap();
    let caller = engine.clone();
    let call = tokio::spawn(async move { create(&caller, &payout("P-1")).await });
    let arrived = holds_within(PATIENCE, async || world.carried_out("P-1") == 1).await;
    assert!(arrived, "the gateway gets the payout");
    let state = state(&engine, "P-1").await;
    let _ = call.await;
    ensure!(state == RecordState::Submitting, "{state:?} while the gateway has it");
    Ok(())
}

pub(super) async fn without_a_departure_a_permit_is_taken_before_the_role(
    seeded: Option<Seeded>,
) -> Finding {
    let gateway = MockGateway::new(Settings::test()).unwrap();
    let builder = Engine::builder()
        .with_store(Store::memory())
        .with_provider(gateway.provider(MAIN).unwrap())
        .without_background();
    let engine = builder.with_seeded(seeded).start().await.unwrap();
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    let record = record(&engine, "P-1").await;
    ensure!(record.permit.is_some(), "sent without a permit: {:?}", record.cases);
    Ok(())
}

pub(super) async fn a_second_instruction_under_one_permit_is_refused(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let provider = dishonest(&world.provider(), Wrong::SendsTwice);
    let engine = world.builder_of(provider).with_seeded(seeded).start().await.unwrap();
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    let times = world.carried_out("P-1");
    ensure!(times == 1, "carried out {times} times");
    Ok(())
}

pub(super) async fn an_error_after_sending_is_uncertain_and_a_case(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let provider = dishonest(&world.provider(), Wrong::ErrAfterSending);
    let engine = world.builder_of(provider).with_seeded(seeded).start().await.unwrap();
    let outcome = create(&engine, &payout("P-1")).await;
    let is_uncertain = matches!(outcome, Ok(Submission::Uncertain(_)));
    ensure!(is_uncertain, "{outcome:?} once the gateway has booked");
    let kinds: Vec<_> = record(&engine, "P-1").await.open_cases().map(|case| case.kind).collect();
    ensure!(kinds == [CaseKind::ProviderMisreports], "{kinds:?}");
    Ok(())
}

pub(super) async fn an_error_leaves_nothing_that_is_sent_later(seeded: Option<Seeded>) -> Finding {
    let port = free_port();
    let before = World::start().await;
    let url = format!("http://127.0.0.1:{port}");
    let provider = provider_at(&url, Arc::new(before.clock.clone()));
    let engine = before.builder_of(provider).with_seeded(seeded).start().await.unwrap();
    let error = create(&engine, &payout("P-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    // The gateway comes back.
    let world = World::with(PayoutStart::Pending, port).await;
    for _ in 0..5 {
        before.advance(&engine, Duration::from_secs(60)).await;
    }
    let times = world.instructed();
    ensure!(times == 0, "{times} requests after the call had returned an error");
    Ok(())
}

pub(super) async fn a_dropped_caller_leaves_nothing_open(seeded: Option<Seeded>) -> Finding {
    let world = World::with(PayoutStart::Succeeded, 0).await;
    let engine = world.engine(seeded).await;
    let payouts = engine.payouts(MAIN).unwrap();
    for number in 0..count("ENGINE_TRIAL_DROPS", 20) {
        let request = payout(&format!("P-{number}"));
        let mut call = payouts.create_payout(&request);
        // The future is dropped after this many polls, or after this much time.
        for _ in 0..=number % 4 {
            if (&mut call).now_or_never().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        let time = Duration::from_millis(u64::try_from(number % 7).unwrap());
        let _ = tokio::time::timeout(time, call).await;
    }
    let is_settled = holds_within(Duration::from_secs(5), async || {
        let records = engine.health().await.unwrap().records;
        !records.is_empty() && records.iter().all(|(state, _)| state.is_final())
    });
    let records = (is_settled.await, engine.health().await.unwrap().records);
    ensure!(records.0, "open although the gateway is up: {:?}", records.1);
    Ok(())
}

pub(super) async fn a_queue_at_a_502_is_held(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let limits = Limits::default().with_at_once(4);
    let builder = world.builder().with_store(Store::memory()).with_limits(MAIN, limits);
    let engine = builder.with_seeded(seeded).start().await.unwrap();
    let page = || Scripted::Page { status: 502, when: When::BeforeBooking };
    for number in 0..40 {
        world.gateway().script(Operation::CreatePayout, page()).unwrap();
        let _ = engine.submit(MAIN, &payout(&format!("P-{number}"))).await.unwrap();
    }
    for _ in 0..10 {
        for _ in 0..8 {
            world.gateway().script(Operation::FindPayout, page()).unwrap();
        }
        world.advance(&engine, Duration::from_secs(360)).await;
    }
    let times = world.instructed();
    ensure!((3..=3 + 3).contains(&times), "{times} of 40 were sent in an hour of 502");
    Ok(())
}

pub(super) async fn another_content_is_a_conflict(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    let outcome = create(&engine, &payout_of("P-1", 50_001)).await;
    match outcome {
        Err(error) if error.kind() == ErrorKind::Conflict && error.field() == Some("amount") => {
            Ok(())
        }
        other => Err(format!("another amount under a known reference: {other:?}")),
    }
}

pub(super) async fn nothing_is_sent_after_its_time(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let limits = Limits::default().with_send_for(Duration::from_secs(60));
    let engine = world.engine_with(limits, seeded).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    world.advance(&engine, Duration::from_secs(120)).await;
    let (times, state) = (world.instructed(), state(&engine, "P-1").await);
    ensure!(times == 0 && state == RecordState::NotSent, "sent {times} times, {state:?}");
    Ok(())
}

/// For an hour our key is wrong. The queue is held after a few refusals; once the key is right the others
/// are sent, each once.
pub(super) async fn an_hour_of_a_wrong_key_ends_few_payouts(seeded: Option<Seeded>) -> Finding {
    const QUEUED: usize = 40;
    let world = World::with(PayoutStart::Succeeded, 0).await;
    let absence = AbsenceRule::After(Duration::ZERO);
    let limits = Limits::default().with_at_once(2).with_absence(absence);
    let wrong = Settings::test().with_api_key("TEST-ONLY-mock-api-key-0002");
    let clock = Arc::new(world.clock.clone());
    let wrong = provider_of(MAIN, &wrong, &world.simulator.url(), clock);
    let builder = world.builder_of(wrong).with_limits(MAIN, limits.clone());
    let engine = builder.with_seeded(seeded).start().await.unwrap();
    for number in 0..QUEUED {
        let _ = engine.submit(MAIN, &payout(&format!("P-{number}"))).await.unwrap();
    }
    for _ in 0..10 {
        world.advance(&engine, Duration::from_secs(360)).await;
    }
    let health = engine.health().await.unwrap();
    ensure!(health.held.len() == 1, "the permits are not held: {health:?}");
    engine.stop().await;
    let engine = world.engine_with(limits, seeded).await;
    for _ in 0..60 {
        world.advance(&engine, Duration::from_secs(61)).await;
    }
    let mut sent = 0;
    for number in 0..QUEUED {
        let name = format!("P-{number}");
        let (times, record) = (world.carried_out(&name), record(&engine, &name).await);
        let is_right = match record.state {
            RecordState::Succeeded => times == 1,
            state => times == 0 && (state.is_final() || record.open_cases().next().is_some()),
        };
        ensure!(is_right, "{name} is {} and was carried out {times} times", record.state);
        sent += times;
    }
    ensure!(sent + 5 >= QUEUED, "only {sent} of {QUEUED} are sent with the right key");
    Ok(())
}

/// Our credentials are refused by signed responses, which end the refused payouts, so that no
/// inquiry about them is left. The queue goes on once the credentials are right: with a restart,
/// without one, and if the app hands over nothing but calls the role.
pub(super) async fn refused_credentials_hold_payouts_until_they_are_right(
    seeded: Option<Seeded>,
) -> Finding {
    const MINUTE: Duration = Duration::from_secs(61);
    for (restarts, queued) in [(false, 8), (true, 8), (false, 3)] {
        let world = World::with(PayoutStart::Succeeded, 0).await;
        let limits = Limits::default().with_at_once(1);
        let mut engine = world.engine_with(limits.clone(), seeded).await;
        let refuse = |operation| {
            world.gateway().script(operation, Scripted::decline("unauthorized")).unwrap();
        };
        for _ in 0..3 {
            refuse(Operation::CreatePayout);
            refuse(Operation::FindPayout);
        }
        for number in 1..=queued {
            let _ = engine.submit(MAIN, &payout(&format!("P-{number}"))).await.unwrap();
        }
        engine.tick().await.unwrap();
        for _ in 0..3 {
            world.advance(&engine, MINUTE).await;
        }
        let (times, health) = (world.instructed(), engine.health().await.unwrap());
        ensure!(times == 3 && health.held.len() == 1, "{times} sent to a wrong key: {health:?}");
        if restarts {
            engine.stop().await;
            engine = world.engine_with(limits, seeded).await;
        }
        // From here the gateway accepts our credentials.
        for _ in 0..4 {
            world.advance(&engine, MINUTE).await;
        }
        if queued == 3 {
            let called = create(&engine, &payout("P-x")).await;
            ensure!(matches!(called, Ok(Submission::Accepted(_))), "{called:?}");
        }
        for number in 4..=queued {
            let name = format!("P-{number}");
            let (times, state) = (world.carried_out(&name), state(&engine, &name).await);
            ensure!(times == 1 && state == RecordState::Succeeded, "{name}: {times}, {state:?}");
        }
        let held = engine.health().await.unwrap().held;
        ensure!(held.is_empty(), "the permits are still held (restarted: {restarts})");
    }
    Ok(())
}
