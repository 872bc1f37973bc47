//! Journaled payouts and payments keep the laws that those of their provider keep.
//!
//! The provider under test is that of an engine around the mock, around HPay, which would pay a
//! repeated reference again, and around both sides of SePay, which send no money. One law expects something else there: see [`OTHERWISE`].

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod journaled;

/// The harness of the mock.
#[path = "../mock"]
mod mock {
    pub(crate) mod answers;
    pub(crate) mod gateway;
}

/// The harness of HPay.
#[path = "../hpay"]
mod hpay {
    pub(crate) mod answers;
    pub(crate) mod gateway;
    pub(crate) mod openapi_answers;
}

/// The harness of SePay.
#[path = "../sepay"]
mod sepay {
    pub(crate) mod answers;
    #[expect(dead_code, reason = "one version of the API is enough here")]
    pub(crate) mod bank;
    pub(crate) mod checkout;
    pub(crate) mod gateway;
}

use conformance_tests::{LAWS, Start, break_law};

/// A journal is itself the departure of what it sends, so that a departure around a journaled call is
/// not asked: `an_instruction_departs_once` holds for the provider inside.
const OTHERWISE: [&str; 1] = ["an_instruction_departs_once"];

/// How many laws are tried at a time: some of them wait.
const AT_ONCE: usize = 4;

fn breaks_no_law(start: &Start, is_of_fault_cases: bool) {
    let laws = LAWS.iter().filter(|law| law.is_of_fault_cases() == is_of_fault_cases);
    let laws: Vec<_> = laws.filter(|law| !OTHERWISE.contains(&law.name)).collect();
    let broken_of = |first: usize| -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let laws = laws.iter().skip(first).step_by(AT_ONCE);
        let broken = laws.filter_map(|law| {
            let finding = runtime.block_on(break_law(start.clone(), law))?;
            Some(format!("{}:\n{finding}", law.name))
        });
        broken.collect()
    };
    let broken: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|n| scope.spawn(move || broken_of(n))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

mod journaled_mock {
    use super::{breaks_no_law, journaled, mock};

    fn start() -> conformance_tests::Start {
        journaled::start(|| mock::gateway::Mock::start(mock::answers::all()), true)
    }

    #[test]
    fn breaks_no_law_under_a_fault() {
        breaks_no_law(&start(), true);
    }

    #[test]
    fn breaks_no_other_law() {
        breaks_no_law(&start(), false);
    }
}

mod journaled_hpay {
    use super::{breaks_no_law, hpay, journaled};

    fn start() -> conformance_tests::Start {
        journaled::start(hpay::gateway::HPay::of_the_reference, false)
    }

    #[test]
    fn breaks_no_law_under_a_fault() {
        breaks_no_law(&start(), true);
    }

    #[test]
    fn breaks_no_other_law() {
        breaks_no_law(&start(), false);
    }
}

/// An instruction of the newer OpenAPI asks for a token before it departs.
mod journaled_hpay_openapi {
    use super::{breaks_no_law, hpay, journaled};

    fn start() -> conformance_tests::Start {
        journaled::start(hpay::gateway::HPay::of_the_openapi, false)
    }

    #[test]
    fn breaks_no_law_under_a_fault() {
        breaks_no_law(&start(), true);
    }

    #[test]
    fn breaks_no_other_law() {
        breaks_no_law(&start(), false);
    }
}

mod journaled_sepay {
    use super::{breaks_no_law, journaled, sepay};

    fn page() -> conformance_tests::Start {
        journaled::start_payments(sepay::checkout::Checkout::start, true)
    }

    fn bank_side() -> conformance_tests::Start {
        journaled::start_payments(sepay::bank::BankSide::v2, true)
    }

    #[test]
    fn breaks_no_law_under_a_fault() {
        breaks_no_law(&page(), true);
        breaks_no_law(&bank_side(), true);
    }

    #[test]
    fn breaks_no_other_law_on_its_page() {
        breaks_no_law(&page(), false);
    }

    #[test]
    fn breaks_no_other_law_on_its_bank_side() {
        breaks_no_law(&bank_side(), false);
    }
}
