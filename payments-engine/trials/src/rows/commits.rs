//! Commits whose response is lost, at each point of a payout in turn.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{Submission, rules::AbsenceRule};
use payments_engine::{Engine, Fault, HandedOver, Limits, Seeded, Store};
use provider_mock::PayoutStart;

use super::{Finding, ensure};
use crate::world::{MAIN, World, create, free_port, payout, provider_at};

/// Every fault at each commit of a call and of handing over, once and three times in a row, with a
/// gateway that is up and one that refuses connections.
pub(super) async fn a_commit_that_is_not_known_is_no_error(seeded: Option<Seeded>) -> Finding {
    for fault in [Fault::Refused, Fault::LostBefore, Fault::LostAfter] {
        for first in 0..4 {
            for times in [1, 3] {
                for is_up in [true, false] {
                    for hands_over in [true, false] {
                        let trial = Commit { fault, first, times, is_up, hands_over };
                        trial.run(seeded).await.map_err(|found| format!("{trial:?}: {found}"))?;
                    }
                }
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug)]
struct Commit {
    fault: Fault,
    first: u64,
    times: u64,
    is_up: bool,
    hands_over: bool,
}

impl Commit {
    async fn run(self, seeded: Option<Seeded>) -> Finding {
        let world = World::with(PayoutStart::Succeeded, 0).await;
        let store = if world.database.is_some() { world.store() } else { Store::memory() };
        let Self { fault, first, times, .. } = self;
        let strikes = move |number| (first..first + times).contains(&number).then_some(fault);
        let url = if self.is_up {
            world.simulator.url()
        } else {
            format!("http://127.0.0.1:{}", free_port())
        };
        let limits = Limits::default().with_absence(AbsenceRule::After(Duration::ZERO));
        let builder = || {
            Engine::builder()
                .with_clock(Arc::new(world.clock.clone()))
                .with_limits(MAIN, limits.clone())
                .without_background()
        };
        let engine = builder()
            .with_store(store.clone().with_faults(strikes))
            .with_provider(provider_at(&url, Arc::new(world.clock.clone())))
            .with_seeded(seeded)
            .start()
            .await
            .unwrap();
        let is_refused = if self.hands_over {
            let handed_over = engine.submit(MAIN, &payout("P-1")).await;
            let _ = engine.tick().await;
            // Only what is recorded was promised.
            let is_promised = matches!(handed_over, Ok(HandedOver::Recorded(_)));
            ensure!(is_promised || times > 1 || fault == Fault::Refused, "{handed_over:?}");
            handed_over.is_err()
        } else {
            let outcome = create(&engine, &payout("P-1")).await;
            let is_accepted = matches!(outcome, Ok(Submission::Accepted(_)));
            let times = world.carried_out("P-1");
            ensure!(!is_accepted || times == 1, "accepted, and carried out {times} times");
            outcome.is_err()
        };
        engine.kill().await;

        let engine = builder()
            .with_store(store)
            .with_provider(world.provider())
            .with_seeded(seeded)
            .start()
            .await
            .unwrap();
        for _ in 0..6 {
            world.advance(&engine, Duration::from_secs(120)).await;
        }
        let sent = world.carried_out("P-1");
        ensure!(sent <= 1, "carried out {sent} times");
        ensure!(!is_refused || sent == 0, "carried out after an error");
        let health = engine.health().await.unwrap();
        let is_settled = health.records.iter().all(|(state, _)| state.is_final());
        ensure!(is_settled && health.forgotten == 0, "{health:?}");
        if sent == 0 {
            let again = create(&engine, &payout("P-1")).await;
            ensure!(again.is_ok(), "the same call again: {again:?}");
        }
        Ok(())
    }
}
