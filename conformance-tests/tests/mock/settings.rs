//! The mock keeps the laws however it is set: by every way of opening payments, every rule of repeats
//! and everything that payers can do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use conformance_tests::{LAWS, Law, Start, Subject, break_law};
use payments_core::{
    payment::CreateMode,
    rules::{Repeat, RepeatWindow},
};
use provider_mock::gateway::{Payers, Settings};

use super::{answers, gateway::Mock};

/// What payments depend on: they are tried with each way of opening, rule of repeats and payers.
const OF_PAYMENTS: [&str; 13] = [
    REPEATED,
    "capabilities_are_true",
    "opening_is_as_declared",
    "created_is_not_paid",
    "only_the_exact_amount_settles",
    "money_belongs_to_its_order_alone",
    "a_refund_goes_back_to_its_payer",
    "no_credit_is_lost",
    "a_declared_reference_is_accepted_and_found",
    "what_is_asked_arrives",
    "the_buyer_pays_the_order_by_what_is_shown",
    "no_honest_run_is_uncertain",
    "times_and_currencies_are_the_gateways",
];

/// What reads payments and payouts together: they are tried with every combination.
const OF_ALL: [&str; 2] =
    ["a_notification_agrees_with_the_ledger", "the_same_happening_has_one_key"];

/// What only payouts depend on: they are tried with each rule of repeats.
const OF_PAYOUTS: [&str; 3] =
    [REPEATED, "a_payout_goes_to_its_beneficiary", "how_a_payout_ends_is_reported"];

/// It tries payments and payouts one after the other.
const REPEATED: &str = "a_repeated_reference_does_what_is_declared";

const REPEATS: [Repeat; 5] = [
    Repeat::Deduplicated { within: RepeatWindow::Forever },
    Repeat::Deduplicated { within: RepeatWindow::For(Duration::from_secs(3_600)) },
    Repeat::Deduplicated { within: RepeatWindow::Unknown },
    Repeat::Refused,
    Repeat::PaysAgain,
];

/// Every combination, with the laws that are tried with it.
fn combinations() -> Vec<(Settings, Vec<&'static Law>)> {
    let named = |names: &[&str]| -> Vec<&'static Law> {
        let known = |name: &&str| LAWS.iter().find(|law| law.name == *name).unwrap();
        names.iter().map(known).collect()
    };
    let mut all = Vec::new();
    for create in [CreateMode::Networked, CreateMode::Offline] {
        for payment_repeat in REPEATS {
            for can in 0..8_u8 {
                let payers = Payers::only(can & 1 != 0, can & 2 != 0, can & 4 != 0);
                for payout_repeat in REPEATS {
                    let settings = Settings::test()
                        .with_create(create)
                        .with_payment_repeat(payment_repeat)
                        .with_payers(payers)
                        .with_payout_repeat(payout_repeat);
                    let mut laws = named(&OF_ALL);
                    if payout_repeat == REPEATS[0] {
                        laws.extend(named(&OF_PAYMENTS));
                    }
                    let is_first = create == CreateMode::Networked && payment_repeat == REPEATS[0];
                    if is_first && can == 0 && payout_repeat != REPEATS[0] {
                        laws.extend(named(&OF_PAYOUTS));
                    }
                    all.push((settings, laws));
                }
            }
        }
    }
    all
}

fn start(settings: &Settings) -> Start {
    let settings = settings.clone();
    Start::new(move || {
        let settings = settings.clone();
        async move {
            let gateway = Arc::new(Mock::start_as(settings, None, answers::all()).await);
            Subject::new(gateway.clone())
                .payments(gateway.clone())
                .virtual_accounts(gateway.clone())
                .payouts(gateway.clone())
                .statements(gateway.clone())
                .notifications(gateway)
        }
    })
}

#[test]
fn every_combination_of_settings_keeps_the_laws_that_depend_on_them() {
    let began = Instant::now();
    let (combinations, next) = (combinations(), AtomicUsize::new(0));
    let broken = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.unwrap();
                while let Some((settings, laws)) =
                    combinations.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    for law in laws {
                        if let Some(finding) = runtime.block_on(break_law(start(settings), law)) {
                            broken.lock().unwrap().push(format!("{settings:?}\n{finding}"));
                        }
                    }
                }
            });
        }
    });
    println!("{} combinations in {:?}", combinations.len(), began.elapsed());
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{} broken laws, the first:\n{}", broken.len(), broken[0]);
}
