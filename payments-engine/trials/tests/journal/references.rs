//! References that several processes generate on one store, one after another.

use std::collections::HashSet;

use payments_engine::Seeded;

use engine_trials::references::{ENDLESS, given, start};
use engine_trials::world::World;

/// The name of the test that is the child.
const CHILD: &str = "references::generating_child";

#[test]
#[ignore = "the process that the other tests start"]
fn generating_child() {
    engine_trials::references::child();
}

fn world() -> (tokio::runtime::Runtime, World) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::start());
    (runtime, world)
}

/// Returns every reference that was given out by three processes, each of which starts after the
/// one before was killed.
fn given_out(world: &World, seeded: Option<Seeded>) -> Vec<String> {
    let mut all = Vec::new();
    let mut hear = |line: &str| all.extend(given(line));
    for _ in 0..3 {
        let mut process = start(CHILD, &world.place(), ENDLESS, seeded);
        assert!(process.hear_until("begins", |_| {}), "the process starts");
        for _ in 0..30 {
            hear(&process.next_line().unwrap());
        }
        process.kill(&mut hear);
    }
    all
}

#[test]
fn processes_one_after_another_give_each_reference_out_once() {
    let (_runtime, world) = world();
    let given = given_out(&world, None);
    let distinct: HashSet<_> = given.iter().collect();
    assert_eq!(given.len(), distinct.len(), "references were given out twice");
    assert!(given.len() >= 90, "a process gave nothing out: {}", given.len());
    let given = given_out(&world, Some(Seeded::ForgetsReferences));
    let distinct: HashSet<_> = given.iter().collect();
    assert!(distinct.len() < given.len(), "the trial does not find engines that forget");
}

#[test]
fn a_second_process_on_one_sqlite_file_is_refused_until_the_first_is_killed() {
    let (_runtime, world) = world();
    let file = world.folder.path().join("shop.db").display().to_string();
    let mut first = start(CHILD, &file, ENDLESS, None);
    assert!(first.hear_until("begins", |_| {}), "the process starts");
    let mut said = Vec::new();
    start(CHILD, &file, 1, None).finish(|line| said.push(line.to_owned()));
    let is_refused = said.iter().any(|line| line.contains("another engine sends from"));
    assert!(is_refused && said.iter().all(|line| given(line).is_none()), "{said:#?}");
    first.kill(|_| {});
    let second = start(CHILD, &file, 1, None);
    assert!(second.finish(|_| {}), "the file is free after the kill");
}
