//! References that the engine generates.

use std::collections::HashSet;

use payments_core::money::Money;
use payments_core::payment::CreatePayment;
use payments_engine::Seeded;

use super::{Finding, ensure};
use crate::world::{MAIN, World, create, payout};

pub(super) async fn a_reference_is_given_out_once(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let mut seen = HashSet::new();
    // The clock does not move, and each start reads what the one before stored.
    for _ in 0..3 {
        let engine = world.engine(seeded).await;
        let at_once = [0; 8].map(|_| async {
            let order = engine.new_order(MAIN).await.unwrap().to_string();
            let account = engine.new_virtual_account(MAIN).await.unwrap().to_string();
            (order, account, engine.new_payout(MAIN).await.unwrap().to_string())
        });
        for (order, account, payout) in futures_util::future::join_all(at_once).await {
            for given in [order, account, payout] {
                ensure!(seen.insert(given.clone()), "{given} was given out twice");
            }
        }
        engine.stop().await;
    }
    let engine = world.engine(seeded).await;
    let order = engine.new_order(MAIN).await.unwrap();
    let request = CreatePayment::new(order, Money::vnd(50_000)).unwrap();
    let opened = engine.payments(MAIN).unwrap().create_payment(&request).await;
    ensure!(opened.is_ok(), "the provider refuses its own rules: {opened:?}");
    let name = engine.new_payout(MAIN).await.unwrap();
    let sent = create(&engine, &payout(name.as_str())).await;
    ensure!(sent.is_ok(), "the provider refuses its own rules: {sent:?}");
    Ok(())
}
