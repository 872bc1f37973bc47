//! Journaled payouts and payments keep the laws that those of their provider keep.
//!
//! The provider under test is that of an engine around the mock, and around HPay, which would pay a
//! repeated reference again. One law expects something else there: see [`OTHERWISE`].

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
}

use conformance_tests::{LAWS, Start, break_law};

/// A journal is itself the departure of what it sends, so that a departure around a journaled call is
/// not asked: `an_instruction_departs_once` holds for the provider inside.
const OTHERWISE: [&str; 1] = ["an_instruction_departs_once"];

fn breaks_no_law(start: &Start, is_of_fault_cases: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let laws = LAWS.iter().filter(|law| law.is_of_fault_cases() == is_of_fault_cases);
    let mut broken = Vec::new();
    for law in laws.filter(|law| !OTHERWISE.contains(&law.name)) {
        if let Some(finding) = runtime.block_on(break_law(start.clone(), law)) {
            broken.push(format!("{}:\n{finding}", law.name));
        }
    }
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
        journaled::start(hpay::gateway::HPay::start, false)
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
