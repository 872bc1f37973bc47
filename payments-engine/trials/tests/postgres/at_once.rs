//! What arrives at two engines at once, and what both of them give out.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use futures_util::future::{join, join_all, join3};
use payments_core::notification::Outcome;
use payments_engine::Seeded;
use provider_mock::PayoutStart;

use engine_trials::count;
use engine_trials::deliveries::{AMOUNT, Deliveries, OPEN, SIGNED, claim, deliver, received};
use engine_trials::world::{MAIN, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contradicted_delivery_and_the_genuine_one_at_two_engines_count_once() {
    let Some(world) = Deliveries::on_postgres().await else { return };
    let (first, second) = (world.engine(None).await, world.engine(None).await);
    let mut contradicted = 0;
    for number in 0..count("ENGINE_TRIAL_AT_ONCE", 20) {
        let order = format!("A-{number}");
        world.open(&order).await;
        let forged = claim(&order, "forged");
        assert_eq!(deliver(&first, OPEN, &forged).await.outcome, Outcome::Handled);
        // The buyer pays, and the genuine one arrives at both, after the first has asked about the forged
        // one, while it does, and before.
        if number % 3 == 0 {
            first.tick().await.unwrap();
        }
        let asked = world.asked.load(Ordering::SeqCst);
        let genuine = async {
            while number % 3 == 1 && world.asked.load(Ordering::SeqCst) == asked {
                tokio::task::yield_now().await;
            }
            let delivery = world.pay(&order);
            join(deliver(&second, SIGNED, &delivery), deliver(&first, SIGNED, &delivery)).await
        };
        let (pass, (one, other)) = join(first.tick(), genuine).await;
        pass.unwrap();
        let mut outcomes = [one.outcome, other.outcome];
        outcomes.sort_by_key(|outcome| *outcome != Outcome::Handled);
        assert_eq!(outcomes, [Outcome::Handled, Outcome::Duplicate], "{order}");
        let counted = (received(&first, &order).await, received(&second, &order).await);
        assert_eq!(counted, (AMOUNT, AMOUNT), "{order}");
        let standings = world.standings();
        let is_kept = standings.iter().filter(|one| **one == ["proven"]).count() == number + 1;
        assert!(is_kept, "the genuine one of {order} is not kept: {standings:?}");
        contradicted = standings.iter().filter(|one| **one == ["contradicted"]).count();
    }
    assert!(contradicted > 0, "no forged delivery was contradicted");
    println!("{contradicted} forged deliveries were contradicted");
}

/// Four engines, each with its own connection, by a clock that stands still.
async fn given_out(world: &World, seeded: Option<Seeded>) -> (usize, usize) {
    let engines = join_all((0..4).map(|_| world.engine(seeded))).await;
    let each = count("ENGINE_TRIAL_REFERENCES", 25);
    let giving = engines.iter().map(async |engine| {
        let mut given = Vec::new();
        for _ in 0..each {
            let (order, account) = (engine.new_order(MAIN), engine.new_virtual_account(MAIN));
            let (order, account, payout) = join3(order, account, engine.new_payout(MAIN)).await;
            given.extend([order.unwrap().to_string(), account.unwrap().to_string()]);
            given.push(payout.unwrap().to_string());
        }
        given
    });
    let given: Vec<String> = join_all(giving).await.into_iter().flatten().collect();
    let distinct: HashSet<&String> = given.iter().collect();
    (given.len(), distinct.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_engines_give_each_reference_out_once() {
    let Some(world) = World::on_postgres(PayoutStart::Pending).await else { return };
    let (given, distinct) = given_out(&world, None).await;
    assert_eq!(given, distinct, "references were given out twice");
    let (given, distinct) = given_out(&world, Some(Seeded::ForgetsReferences)).await;
    assert!(distinct < given, "the trial does not find engines that forget");
}
