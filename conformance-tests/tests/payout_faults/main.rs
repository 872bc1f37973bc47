//! A payout under every fault: what the provider says, what the gateway booked, and what an
//! inquiry finds afterwards.
//!
//! `cargo test -p conformance-tests --test payout_faults -- --nocapture` prints the tables.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod forgery;
mod hpay;
mod laws;
mod measure;
mod mock;
mod row;
mod seeded;
mod subject;

use std::sync::Arc;

use conformance_tests::proxy::Fault;

use hpay::HPay;
use measure::measure;
use mock::Mock;
use subject::Subject;

#[tokio::test]
async fn a_payout_to_hpay_is_never_lost_and_never_doubled() {
    every_fault::<HPay>().await;
}

#[tokio::test]
async fn a_payout_to_the_mock_is_never_lost_and_never_doubled() {
    every_fault::<Mock>().await;
}

/// Measures every fault, prints the table, and holds it against the laws.
async fn every_fault<S: Subject>() {
    let mut rows = vec![measure::<S>(None, |client| Arc::new(client)).await];
    for fault in Fault::ALL.into_iter().chain(S::forgeries()) {
        rows.push(measure::<S>(Some(fault), |client| Arc::new(client)).await);
    }
    row::print(S::REGISTRATION.kind, &rows);
    let broken: Vec<_> = rows.iter().flat_map(laws::broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
