//! What of the suite is run for each bug: every law, and of the faults and the changed answers one of
//! each kind. The mock's own run of the suite has all of them.

use conformance_tests::{
    ChangedResponse, Meaning, Operation,
    proxy::{Fault, When},
};
use payments_core::{payment::PaymentState, virtual_account::VirtualAccountState};

use When::{AfterBooking, BeforeBooking};

/// Payouts under one fault of each kind; every other instruction with its answer lost.
pub(crate) fn fault_cases() -> Vec<(Operation, Option<Fault>)> {
    let of_payouts = std::iter::once(None).chain(OF_EACH_KIND.map(Some));
    let lost = Some(Fault::Reset(AfterBooking));
    of_payouts
        .map(|fault| (Operation::CreatePayout, fault))
        .chain(Operation::instructions().map(|operation| (operation, lost)))
        .collect()
}

const OF_EACH_KIND: [Fault; 11] = [
    Fault::Refused,
    Fault::Closed(BeforeBooking),
    Fault::Stalled(AfterBooking),
    Fault::HalfBody,
    Fault::ServerErrorPage(AfterBooking),
    Fault::UnavailablePage(BeforeBooking),
    Fault::TooManyRequests(AfterBooking),
    Fault::Unauthorized(BeforeBooking),
    Fault::Redirected(AfterBooking),
    Fault::Empty(BeforeBooking),
    Fault::TruncatedJson,
];

/// Every changed answer to a payout and every word for one, the words that are documented nowhere,
/// and of the rest the first of each meaning for each call.
pub(crate) fn answers(all: Vec<ChangedResponse>) -> Vec<ChangedResponse> {
    let mut sample: Vec<ChangedResponse> = Vec::new();
    for answer in all {
        let is_new = sample
            .iter()
            .all(|taken| (taken.operation, taken.meaning) != (answer.operation, answer.meaning));
        let is_taken = match answer.meaning {
            Meaning::Payment(state) => state == PaymentState::Uncertain,
            Meaning::VirtualAccount(state) => state == VirtualAccountState::Uncertain,
            Meaning::Payout(_) => true,
            _ => is_new || answer.operation == Operation::CreatePayout,
        };
        if is_taken {
            sample.push(answer);
        }
    }
    sample
}
