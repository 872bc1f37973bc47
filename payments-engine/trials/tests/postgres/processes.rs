//! Four processes on one database, one of which is killed: each payout is made once.
//!
//! The full trial: `ENGINE_TRIAL_REPLICAS=10000 cargo test -p engine-trials --test postgres`

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use payments_core::{Clock as _, ManualClock, SystemClock, rules::AbsenceRule};
use payments_engine::{Engine, Limits, RecordState, Store};
use provider_mock::PayoutStart;

use engine_trials::count;
use engine_trials::database::SILENCE;
use engine_trials::world::{MAIN, World, create, payout_of, provider_at, reference};

/// How many processes there are.
const PROCESSES: usize = 4;

/// How many payouts each process instructs at the same time.
const TOGETHER: usize = 16;

/// The amount of each payout: the gateway's balance is enough for 10,000 of them.
const AMOUNT: i64 = 10_000;

const PLAN: &str = "ENGINE_TRIAL_REPLICA";

fn limits() -> Limits {
    Limits::default()
        .with_send_within(Duration::from_secs(5))
        .with_absence(AbsenceRule::After(Duration::ZERO))
}

#[test]
#[ignore = "the process that the other test starts"]
fn replica() {
    let plan = std::env::var(PLAN).unwrap();
    let plan: Vec<_> = plan.split('\n').collect();
    let [database, gateway, number, payouts] = plan.as_slice() else { panic!("{plan:?}") };
    let (number, payouts): (usize, usize) = (number.parse().unwrap(), payouts.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::builder()
            .with_store(Store::postgres(database).with_silence(3 * SILENCE))
            .with_provider(provider_at(gateway, Arc::new(SystemClock)))
            .with_limits(MAIN, limits())
            .with_interval(Duration::from_millis(20))
            .start()
            .await
            .unwrap();
        // Each payout is instructed at two of the processes, in another order at each.
        let mine = (0..payouts).filter(|one| {
            let first = one % PROCESSES;
            number == first || number == (first + 1 + one / PROCESSES % 3) % PROCESSES
        });
        let mut mine: Vec<_> = mine.collect();
        if number % 2 == 1 {
            mine.reverse();
        }
        let calls = mine.into_iter().map(|one| {
            let engine = engine.clone();
            async move {
                let request = payout_of(&format!("P-{one}"), AMOUNT);
                // What is not known now is known at the end.
                if one % 2 == 0 {
                    let _ = engine.submit(MAIN, &request).await;
                } else {
                    let _ = create(&engine, &request).await;
                }
            }
        });
        futures_util::stream::iter(calls).buffer_unordered(TOGETHER).count().await;
        engine.stop().await;
    });
}

#[test]
fn four_processes_one_killed_make_each_payout_once() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let Some(world) = runtime.block_on(World::on_postgres(PayoutStart::Succeeded)) else { return };
    let payouts = count("ENGINE_TRIAL_REPLICAS", 80);
    let mut processes: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let plan = format!(
                "{}\n{}\n{number}\n{payouts}",
                world.database().url(),
                world.simulator.url()
            );
            Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "processes::replica"])
                .env(PLAN, plan)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    // Killed once a third is made.
    let until = Instant::now() + Duration::from_secs(600);
    while world.instructed() < payouts / 3 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut killed = processes.remove(1);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let at_kill = world.instructed();
    for mut process in processes {
        assert!(process.wait().unwrap().success(), "a process failed");
    }
    std::thread::sleep(3 * SILENCE);
    runtime.block_on(async {
        let clock = ManualClock::at(SystemClock.now());
        let engine = world
            .builder_of(provider_at(&world.simulator.url(), Arc::new(clock.clone())))
            .with_store(world.database().store().with_silence(SILENCE))
            .with_clock(Arc::new(clock.clone()))
            .with_limits(MAIN, limits())
            .start()
            .await
            .unwrap();
        for _ in 0..8 {
            engine.tick().await.unwrap();
            clock.advance(Duration::from_secs(120));
        }
        let health = engine.health().await.unwrap();
        let is_at_rest = health.records.iter().all(|(state, _)| state.is_final());
        assert!(is_at_rest && health.forgotten == 0 && health.open_cases == 0, "{health:?}");
        let (mut sent, mut concluded, mut wrong) = (0, 0, Vec::new());
        for number in 0..payouts {
            let name = format!("P-{number}");
            let times = world.carried_out(&name);
            let state = engine.payout(&reference(&name)).await.unwrap().map(|one| one.state);
            match (state, times) {
                (Some(RecordState::Succeeded), 1) => sent += 1,
                // Killed between its permit and its first byte, or before it left.
                (Some(RecordState::Failed | RecordState::NotSent), 0) => concluded += 1,
                _ => wrong.push(format!("{name}: {state:?}, carried out {times} times")),
            }
        }
        println!(
            "{payouts} payouts by {PROCESSES} processes, one killed after {at_kill}: {sent} once, \
             {concluded} not at all, {} wrong",
            wrong.len()
        );
        assert!(wrong.is_empty(), "{wrong:#?}");
        // No more than the killed process had under way.
        assert!(concluded <= TOGETHER, "{concluded} were not made");
    });
}
