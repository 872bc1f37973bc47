//! Bytes from strangers, as deliveries and as answers: nothing panics and none is believed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod subject;

use conformance_fuzz::{
    Deed, Operation, Scribble, scribbled, second_reading, second_reading_of_template,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use provider_kit::signature::{Layout, Maker};
use provider_sepay::formula::FORMULAS;

const NONE: [String; 0] = [];

fn changes() -> impl Strategy<Value = Vec<Scribble>> {
    vec((any::<usize>(), any::<u8>(), proptest::sample::select(&Deed::ALL)), 0..8)
}

#[test]
fn no_forgery_of_a_delivery_is_believed() {
    for deliveries in subject::deliveries() {
        assert_eq!(deliveries.breaches_by_forgeries(), NONE);
    }
}

#[test]
fn whatever_is_delivered_only_what_the_gateway_told_is_believed() {
    for deliveries in subject::deliveries() {
        let seeds = deliveries.seeds();
        proptest!(|(seed in any::<Index>(), changes in changes())| {
            let text = scribbled(&seeds[seed.index(seeds.len())], &changes);
            prop_assert_eq!(deliveries.breaches_by(&text), NONE);
        });
    }
}

#[test]
fn whatever_is_answered_nothing_is_concluded_from_noise() {
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
        [
            Operation::FindPayment,
            Operation::CancelPayment,
            Operation::Accounts,
            Operation::Entries,
            Operation::Confirm,
        ]
        .into()
    );
}

#[test]
fn no_signed_text_of_a_request_fits_another_request() {
    let ours = FORMULAS.iter().filter(|formula| formula.maker == Maker::Merchant);
    for formula in ours.filter(|formula| formula.layout != Layout::Unknown) {
        proptest!(|(bytes in vec(any::<u8>(), 0..40))| {
            prop_assert_eq!(second_reading(formula, &bytes), None);
            prop_assert_eq!(second_reading_of_template(formula, &bytes), None);
        });
    }
}
