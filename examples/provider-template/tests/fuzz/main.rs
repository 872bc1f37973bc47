//! Fuzzing: arbitrary deliveries and responses cause no panic and are not believed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod subject;

use conformance_fuzz::{Deed, Operation, Scribble, scribbled};
use proptest::{collection::vec, prelude::*, sample::Index};

const NONE: [String; 0] = [];

fn changes() -> impl Strategy<Value = Vec<Scribble>> {
    vec((any::<usize>(), any::<u8>(), proptest::sample::select(&Deed::ALL)), 0..8)
}

#[test]
fn no_forgery_of_a_delivery_is_believed() {
    let deliveries = subject::deliveries();
    assert_eq!(deliveries.breaches_by_forgeries(), NONE);
}

#[test]
fn only_what_the_gateway_sent_is_believed() {
    let deliveries = subject::deliveries();
    let seeds = deliveries.seeds();
    proptest!(|(seed in any::<Index>(), changes in changes())| {
        let text = scribbled(&seeds[seed.index(seeds.len())], &changes);
        prop_assert_eq!(deliveries.breaches_by(&text), NONE);
    });
}

#[test]
fn nothing_is_concluded_from_altered_responses() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap();
    let calls = runtime.block_on(async { subject::calls() });
    let seeds = calls.seeds();
    proptest!(|(seed in any::<Index>(), changes in changes())| {
        let text = scribbled(&seeds[seed.index(seeds.len())], &changes);
        prop_assert_eq!(runtime.block_on(calls.breaches_by(&text)), NONE);
    });
    assert_eq!(
        calls.reached(),
        [Operation::CreatePayment, Operation::FindPayment, Operation::Confirm].into()
    );
}
