//! What arrives at two engines at once.

use std::sync::atomic::Ordering;

use futures_util::future::join;
use payments_core::notification::Outcome;

use engine_trials::count;
use engine_trials::deliveries::{AMOUNT, Deliveries, OPEN, SIGNED, claim, deliver, received};

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
