//! Bytes from strangers, as deliveries and as answers: nothing panics and none is believed.

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

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[test]
fn no_forgery_of_a_delivery_is_believed() {
    let deliveries = runtime().block_on(subject::deliveries());
    assert!(deliveries.genuine().count() > 4, "{deliveries:?}");
    assert_eq!(deliveries.breaches_by_forgeries(), NONE);
}

#[test]
fn whatever_is_delivered_only_what_the_gateway_told_is_believed() {
    let deliveries = runtime().block_on(subject::deliveries());
    let seeds = deliveries.seeds();
    proptest!(|(seed in any::<Index>(), changes in changes())| {
        let text = scribbled(&seeds[seed.index(seeds.len())], &changes);
        prop_assert_eq!(deliveries.breaches_by(&text), NONE);
    });
}

#[test]
fn whatever_is_answered_nothing_is_concluded_from_noise() {
    let runtime = runtime();
    let calls = runtime.block_on(subject::calls());
    let seeds = calls.seeds();
    proptest!(|(seed in any::<Index>(), changes in changes())| {
        let text = scribbled(&seeds[seed.index(seeds.len())], &changes);
        prop_assert_eq!(runtime.block_on(calls.breaches_by(&text)), NONE);
    });
    assert_eq!(calls.reached(), Operation::all().collect());
}
