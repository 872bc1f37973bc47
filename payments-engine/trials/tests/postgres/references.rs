//! References that four processes generate on one database, one of which is killed.
//!
//! The full trial: `ENGINE_TRIAL_REFERENCES=1000 cargo test -p engine-trials --test postgres`

use std::collections::HashSet;

use payments_engine::Seeded;
use provider_mock::PayoutStart;

use engine_trials::count;
use engine_trials::references::{ENDLESS, given, start};
use engine_trials::world::World;

/// The name of the test that is the child.
const CHILD: &str = "references::generating_child";

#[test]
#[ignore = "the process that the other test starts"]
fn generating_child() {
    engine_trials::references::child();
}

/// Returns every reference that was given out by three processes, one that is killed while it
/// generates them, and one that starts after that.
fn given_out(world: &World, rounds: usize, seeded: Option<Seeded>) -> Vec<String> {
    let mut all = Vec::new();
    let mut hear = |line: &str| all.extend(given(line));
    let start = |rounds| start(CHILD, world.database().url(), rounds, seeded);
    let others: Vec<_> = (0..3).map(|_| start(rounds)).collect();
    let mut killed = start(ENDLESS);
    assert!(killed.hear_until("begins", |_| {}), "the process starts");
    for _ in 0..rounds {
        hear(&killed.next_line().unwrap());
    }
    killed.kill(&mut hear);
    let late = start(rounds);
    for process in others.into_iter().chain([late]) {
        assert!(process.finish(&mut hear), "a process failed");
    }
    all
}

#[test]
fn four_processes_one_killed_give_each_reference_out_once() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let Some(world) = runtime.block_on(World::on_postgres(PayoutStart::Pending)) else { return };
    let rounds = count("ENGINE_TRIAL_REFERENCES", 25);
    let given = given_out(&world, rounds, None);
    let distinct: HashSet<_> = given.iter().collect();
    println!(
        "{} references by five processes, one killed: {} distinct",
        given.len(),
        distinct.len()
    );
    assert_eq!(given.len(), distinct.len(), "references were given out twice");
    assert!(given.len() > 4 * 3 * rounds, "a process gave nothing out: {}", given.len());
    let given = given_out(&world, rounds, Some(Seeded::ForgetsReferences));
    let distinct: HashSet<_> = given.iter().collect();
    assert!(distinct.len() < given.len(), "the trial does not find engines that forget");
}
