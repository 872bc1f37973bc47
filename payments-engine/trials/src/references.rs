//! A child process that generates references on a store.

use std::sync::Arc;

use futures_util::future::join3;
use payments_core::{ManualClock, Timestamp};
use payments_engine::{Engine, Seeded};

use crate::child::{ChildProcess, name_of, plan, say, seeded, store_at};
use crate::world::{MAIN, provider_at};

/// A number of rounds that no child reaches before it is killed.
pub const ENDLESS: usize = usize::MAX;

/// Starts a child that generates references in this many rounds. The calling test binary must have
/// the ignored test `test`, which calls [`child`].
pub fn start(test: &str, place: &str, rounds: usize, mistake: Option<Seeded>) -> ChildProcess {
    ChildProcess::start(test, &[place, &rounds.to_string(), &name_of(mistake)])
}

/// Returns the reference that a line of the child reports.
pub fn given(line: &str) -> Option<String> {
    line.strip_prefix("given ").map(ToOwned::to_owned)
}

/// Runs the child: generates an order, a virtual account and a payout in each round, and prints
/// them. Its clock stands still, so that only the store keeps the references apart.
pub fn child() {
    let [place, rounds, mistake] = plan();
    let rounds: usize = rounds.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = ManualClock::at(Timestamp::from_unix(1_731_742_061));
        let started = Engine::builder()
            .with_store(store_at(&place))
            .with_provider(provider_at("http://127.0.0.1:9", Arc::new(clock.clone())))
            .with_clock(Arc::new(clock))
            .with_seeded(seeded(&mistake))
            .start()
            .await;
        let engine = match started {
            Ok(engine) => engine,
            Err(error) => return say(&format!("refused {error}")),
        };
        say("begins");
        for _ in 0..rounds {
            let (order, account) = (engine.new_order(MAIN), engine.new_virtual_account(MAIN));
            let (order, account, payout) = join3(order, account, engine.new_payout(MAIN)).await;
            say(&format!("given {}", order.unwrap()));
            say(&format!("given {}", account.unwrap()));
            say(&format!("given {}", payout.unwrap()));
        }
        engine.stop().await;
    });
}
