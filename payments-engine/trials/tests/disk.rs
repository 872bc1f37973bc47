//! A disk that fails: no success without a durable record, and nothing sent without one.
//!
//! The store of a child process is in SQLite. The child runs under `strace`, which makes a system call
//! fail from its n-th time on, as a full disk, a disk that loses a flush, or one that was mounted read-only
//! would. Without `strace` each test says so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use engine_trials::world::{MAIN, World, create, payout, provider_at, reference};
use payments_core::{Clock as _, Submission, SystemClock, rules::AbsenceRule};
use payments_engine::{Engine, HandedOver, Limits, RecordState, Store};
use provider_mock::PayoutStart;

/// How many payouts a child instructs.
const PAYOUTS: usize = 6;

const FILE: &str = "ENGINE_TRIAL_FILE";
const GATEWAY: &str = "ENGINE_TRIAL_GATEWAY";

/// What fails: its name, the system call, the error, and from which call of it on.
const FAULTS: [(&str, &str, &str, [usize; 6]); 3] = [
    ("the disk is full", "pwrite64", "ENOSPC", [3, 9, 14, 20, 27, 35]),
    ("a flush fails", "fsync", "EIO", [1, 2, 4, 6, 9, 12]),
    ("the disk is read-only", "pwrite64", "EROFS", [3, 9, 14, 20, 27, 35]),
];

#[test]
#[ignore = "the process whose disk fails"]
fn child() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let clock: Arc<dyn payments_core::Clock> = Arc::new(SystemClock);
        let started = Engine::builder()
            .with_store(Store::sqlite(std::env::var(FILE).unwrap()))
            .with_provider(provider_at(&std::env::var(GATEWAY).unwrap(), clock))
            .with_interval(Duration::from_millis(20))
            .start()
            .await;
        let engine = match started {
            Ok(engine) => engine,
            Err(error) => return println!("error: {error}"),
        };
        for number in 0..PAYOUTS {
            let name = format!("P-{number}");
            let (said, error) = if number % 2 == 0 {
                match engine.submit(MAIN, &payout(&name)).await {
                    Ok(HandedOver::Recorded(_) | HandedOver::Failed(_)) => ("recorded", None),
                    Ok(HandedOver::Unknown { .. }) => ("unknown", None),
                    Err(error) => ("refused", Some(error)),
                }
            } else {
                match create(&engine, &payout(&name)).await {
                    Ok(Submission::Accepted(_)) => ("accepted", None),
                    Ok(_) => ("unknown", None),
                    Err(error) => ("refused", Some(error)),
                }
            };
            println!("{said} {name}");
            if let Some(error) = error {
                println!("error: {error}");
            }
        }
    });
}

fn has_strace() -> bool {
    let is_there = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    let is_there = is_there.is_ok_and(|status| status.success());
    if !is_there {
        println!("not run: there is no strace, or it may not trace");
    }
    is_there
}

/// Runs the child until its disk fails, and returns what it said of each payout, and its errors.
fn run_child(
    world: &World,
    call: &str,
    error: &str,
    from: usize,
) -> (BTreeMap<String, String>, Vec<String>) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new("strace")
        .args(["-qq", "-f", "-o", "/dev/null", "-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:error={error}:when={from}+")])
        .arg(program)
        .args(["--ignored", "--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FILE, world.folder.path().join("shop.db"))
        .env(GATEWAY, world.simulator.url())
        .output()
        .unwrap();
    let (mut said, mut errors) = (BTreeMap::new(), Vec::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        // The first line stands behind the name of the test.
        let line = line.rsplit("... ").next().unwrap_or_default();
        if let Some(error) = line.strip_prefix("error: ") {
            errors.push(error.to_owned());
        } else if let Some((what, name)) =
            line.split_once(' ').filter(|(_, name)| name.starts_with("P-"))
        {
            said.insert(name.to_owned(), what.to_owned());
        }
    }
    (said, errors)
}

/// What is wrong with a payout after the disk works again.
async fn wrong(world: &World, engine: &Engine, name: &str, said: Option<&str>) -> Option<String> {
    let times = world.carried_out(name);
    let record = engine.payout(&reference(name)).await.unwrap();
    let state = record.map(|record| record.state);
    let is_right = times <= 1
        && (said != Some("refused") || times == 0)
        && (said != Some("recorded") || state.is_some())
        && (said != Some("accepted") || times == 1)
        && (state == Some(RecordState::Succeeded)) == (times == 1)
        && state.is_none_or(RecordState::is_final);
    (!is_right).then(|| format!("{name}: {said:?}, {state:?}, carried out {times} times"))
}

#[test]
fn a_disk_that_fails_loses_nothing_and_pays_nothing_twice() {
    if !has_strace() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut seen = BTreeMap::<&str, usize>::new();
    for (fault, call, error, points) in FAULTS {
        for from in points {
            let world = runtime.block_on(World::with(PayoutStart::Succeeded, 0));
            // The tables are there before the disk fails.
            runtime.block_on(async { world.engine(None).await.stop().await });
            let (said, errors) = run_child(&world, call, error, from);
            for error in &errors {
                assert!(error.contains("nothing was sent") || said.is_empty(), "{fault}: {error}");
            }
            let is_struck = !errors.is_empty() || said.values().any(|said| said == "unknown");
            *seen.entry(fault).or_default() += usize::from(is_struck);
            // The child has the clock of the system.
            world.clock.advance(SystemClock.now().since(world.clock.now()));
            runtime.block_on(async {
                let limits = Limits::default().with_absence(AbsenceRule::After(Duration::ZERO));
                let engine = world.engine_with(limits, None).await;
                for _ in 0..8 {
                    world.advance(&engine, Duration::from_secs(120)).await;
                }
                let mut found = Vec::new();
                for number in 0..PAYOUTS {
                    let name = format!("P-{number}");
                    let said = said.get(&name).map(String::as_str);
                    found.extend(wrong(&world, &engine, &name, said).await);
                }
                assert!(found.is_empty(), "{fault}, from {call} {from}: {found:#?}");
                let health = engine.health().await.unwrap();
                assert!(health.forgotten == 0 && health.open_cases == 0, "{health:?}");
                engine.stop().await;
            });
        }
    }
    println!("children whose disk failed: {seen:?}");
    assert!(
        FAULTS.iter().all(|(fault, ..)| seen.get(fault).is_some_and(|seen| *seen >= 3)),
        "{seen:?}"
    );
}
