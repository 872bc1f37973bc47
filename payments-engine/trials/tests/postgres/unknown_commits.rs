//! Commits whose response is lost on the way: none is taken for done, and none for not done.
//!
//! The full trial: `ENGINE_TRIAL_UNKNOWN_COMMITS=1000 cargo test -p engine-trials --test postgres`

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use payments_core::{Clock as _, ManualClock, Submission, SystemClock, rules::AbsenceRule};
use payments_engine::{Engine, HandedOver, Limits, RecordState, Store};
use provider_mock::PayoutStart;

use engine_trials::count;
use engine_trials::database::SILENCE;
use engine_trials::proxy::{Cut, Proxy};
use engine_trials::world::{MAIN, World, create, payout, provider_at, reference};

/// How many payouts are instructed together.
const TOGETHER: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_commits_send_nothing_twice_and_lose_nothing() {
    let Some(world) = World::on_postgres(PayoutStart::Succeeded).await else { return };
    let wanted = count("ENGINE_TRIAL_UNKNOWN_COMMITS", 20);
    let is_armed = Arc::new(AtomicBool::new(false));
    let armed = Arc::clone(&is_armed);
    let server = world.database().port();
    let proxy = Proxy::start(server, move |number| {
        let strike = match number % 7 {
            2 | 5 => Some(Cut::After),
            4 => Some(Cut::Before),
            _ => None,
        };
        strike.filter(|_| armed.load(Ordering::SeqCst))
    })
    .await;
    let store = Store::postgres(world.database().url_at(proxy.port())).with_silence(SILENCE);
    let limits = Limits::default()
        .with_send_within(Duration::from_secs(1))
        .with_absence(AbsenceRule::After(Duration::ZERO));
    let engine = Engine::builder()
        .with_store(store)
        .with_provider(provider_at(&world.simulator.url(), Arc::new(SystemClock)))
        .with_limits(MAIN, limits.clone())
        .with_interval(Duration::from_millis(20))
        .start()
        .await
        .unwrap();
    is_armed.store(true, Ordering::SeqCst);
    let mut said = BTreeMap::new();
    for round in 0.. {
        let calls = (0..TOGETHER).map(|number| {
            let (name, engine) = (format!("R{round}-{number}"), engine.clone());
            async move {
                let request = payout(&name);
                let said = if number % 2 == 0 {
                    match engine.submit(MAIN, &request).await {
                        Ok(HandedOver::Recorded(_) | HandedOver::Failed(_)) => "recorded",
                        Ok(HandedOver::Unknown { .. }) => "unknown",
                        Err(_) => "refused",
                    }
                } else {
                    match create(&engine, &request).await {
                        Ok(Submission::Accepted(_)) => "accepted",
                        Ok(_) => "unknown",
                        Err(_) => "refused",
                    }
                };
                (name, said)
            }
        });
        said.extend(join_all(calls).await);
        if proxy.cuts() >= wanted {
            break;
        }
    }
    is_armed.store(false, Ordering::SeqCst);
    engine.stop().await;

    let now = SystemClock.now();
    let clock = ManualClock::at(now);
    let engine = Engine::builder()
        .with_store(world.store())
        .with_provider(provider_at(&world.simulator.url(), Arc::new(clock.clone())))
        .with_limits(MAIN, limits)
        .with_clock(Arc::new(clock.clone()))
        .without_background()
        .start()
        .await
        .unwrap();
    for _ in 0..8 {
        engine.tick().await.unwrap();
        clock.advance(Duration::from_secs(120));
    }
    let health = engine.health().await.unwrap();
    let is_at_rest = health.records.iter().all(|(state, _)| state.is_final());
    assert!(is_at_rest && health.forgotten == 0, "{health:?}");
    let mut wrong = Vec::new();
    let mut sent = 0;
    for (name, said) in &said {
        let times = world.carried_out(name);
        let record = engine.payout(&reference(name)).await.unwrap();
        let state = record.map(|record| record.state);
        sent += times;
        let is_right = times <= 1
            && (*said != "refused" || times == 0)
            && (*said != "recorded" || state.is_some())
            && (*said != "accepted" || times == 1)
            && (state == Some(RecordState::Succeeded)) == (times == 1);
        if !is_right {
            wrong.push(format!("{name}: {said}, {state:?}, carried out {times} times"));
        }
    }
    println!("{} commits cut, {} payouts, {sent} carried out", proxy.cuts(), said.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(sent > said.len() / 2, "{sent} of {} were sent", said.len());
}
