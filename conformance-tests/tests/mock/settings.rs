//! The mock keeps the laws however it is set: by every way of opening payments, every rule of repeats
//! and everything that payers can do. Each law is tried with every combination of the settings that
//! it reads, and with the usual values of the others, which it would not notice.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use conformance_tests::{LAWS, Law, Start, break_law};
use payments_core::{
    Role,
    payment::CreateMode,
    rules::{Repeat, RepeatWindow},
};
use provider_mock::gateway::{Payers, Settings};

use super::{answers, gateway::Mock};

/// The laws that read how payments are opened and no other setting: they open each payment once, and
/// the buyer pays it at most once, in time, what was asked.
const OF_OPENING: [&str; 8] = [
    "capabilities_are_true",
    "created_is_not_paid",
    "money_belongs_to_its_order_alone",
    "a_refund_goes_back_to_its_payer",
    "a_declared_reference_is_accepted_and_found",
    "what_is_requested_arrives",
    "the_buyer_pays_the_order_by_what_is_shown",
    "times_and_currencies_are_the_gateways",
];

/// Those that open a payment twice: they read the rule of its repeats, too.
const OF_PAYMENT_REPEATS: [&str; 2] = [REPEATED, "opening_is_as_declared"];

/// Those that pay another amount, twice or late: they read what payers can do, too.
const OF_PAYERS: [&str; 5] = [
    "only_the_exact_amount_settles",
    "no_credit_is_lost",
    "no_honest_run_is_uncertain",
    "a_notification_agrees_with_the_ledger",
    "one_event_has_one_key",
];

/// Those that read the rule of repeats of payouts.
const OF_PAYOUT_REPEATS: [&str; 3] =
    [REPEATED, "a_payout_goes_to_its_beneficiary", "how_a_payout_ends_is_reported"];

/// It tries the payments or the payouts of the combination.
const REPEATED: &str = "a_repeated_reference_does_what_is_declared";

const REPEATS: [Repeat; 5] = [
    Repeat::Deduplicated { within: RepeatWindow::Forever },
    Repeat::Deduplicated { within: RepeatWindow::For(Duration::from_secs(3_600)) },
    Repeat::Deduplicated { within: RepeatWindow::Unknown },
    Repeat::Refused,
    Repeat::PaysAgain,
];

/// What payments and payouts leave behind is seen by these as well.
const PAYMENTS: &[Role] = &[Role::Payments, Role::Statements, Role::Notifications];
const PAYERS: &[Role] =
    &[Role::Payments, Role::VirtualAccounts, Role::Statements, Role::Notifications];
const PAYOUTS: &[Role] = &[Role::Payouts, Role::Statements, Role::Notifications];

type Combination = (Settings, &'static [Role], Vec<&'static Law>);

/// The combinations of the settings that a law reads, with the roles and the laws that read them.
fn combinations() -> Vec<Combination> {
    let named = |names: &[&str]| -> Vec<&'static Law> {
        let known = |name: &&str| LAWS.iter().find(|law| law.name == *name).unwrap();
        names.iter().map(known).collect()
    };
    let mut all = Vec::new();
    for create in [CreateMode::Networked, CreateMode::Offline] {
        let settings = || Settings::test().with_create(create);
        all.push((settings(), PAYMENTS, named(&OF_OPENING)));
        for repeat in REPEATS {
            let settings = settings().with_payment_repeat(repeat);
            all.push((settings, PAYMENTS, named(&OF_PAYMENT_REPEATS)));
        }
        for can in 0..8_u8 {
            let payers = Payers::only(can & 1 != 0, can & 2 != 0, can & 4 != 0);
            all.push((settings().with_payers(payers), PAYERS, named(&OF_PAYERS)));
        }
    }
    for repeat in REPEATS {
        let settings = Settings::test().with_payout_repeat(repeat);
        all.push((settings, PAYOUTS, named(&OF_PAYOUT_REPEATS)));
    }
    all
}

fn start(settings: &Settings, roles: &'static [Role]) -> Start {
    let settings = settings.clone();
    Start::new(move || {
        let settings = settings.clone();
        async move { Mock::start_as(settings, answers::all()).await.subject(Some(roles)) }
    })
}

#[test]
fn every_combination_of_settings_keeps_the_laws_that_read_them() {
    let began = Instant::now();
    let (combinations, next) = (combinations(), AtomicUsize::new(0));
    let broken = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.unwrap();
                while let Some((settings, roles, laws)) =
                    combinations.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    // Its laws share the record of one honest run.
                    let start = start(settings, roles);
                    for law in laws {
                        if let Some(finding) = runtime.block_on(break_law(start.clone(), law)) {
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
