//! A person decides about one instruction whose outcome is unknown. The other instructions of the
//! order keep their states.

use payments_core::{RefundRef, payment::RefundPayment};

use super::*;
use crate::record::{Instruction, OpeningState, RefundRecordState};

/// Where the buyer paid, and where the refund goes out.
fn other() -> ProviderId {
    ProviderId::new("other").unwrap()
}

fn opening() -> Instruction {
    Instruction::Opening { provider: provider(), method: None }
}

fn refund() -> Instruction {
    Instruction::Refund { refund: RefundRef::new("R-1").unwrap() }
}

fn permit(of: Instruction, token: &str) -> PaymentObservation {
    PaymentObservation::PermitTaken { of, token: token.to_owned(), send_by: at(30) }
}

impl Books {
    /// An opening at one provider whose outcome is unknown, and a refund of 20,000 VND at the other
    /// one, where 50,000 VND arrived.
    fn doubtful(refunded: Outcome<Refund>) -> Self {
        let mut books = Self::new();
        let request = Box::new(CreatePayment::new(order(), Money::vnd(50_000)).unwrap());
        let asked = PaymentObservation::Asked { provider: provider(), request, is_offline: false };
        let paid = ReportData::Payment(Box::new(settled(50_000)));
        let report = Box::new(Report::new(other(), Source::Inquiry, paid));
        let name = RefundRef::new("R-1").unwrap();
        let request = RefundPayment::new(name.clone(), order());
        let request = Box::new(request.with_amount(Money::vnd(20_000)).unwrap());
        let token = Some("2".to_owned());
        for observation in [
            asked,
            permit(opening(), "1"),
            PaymentObservation::Interrupted { of: opening() },
            PaymentObservation::Reported { order: order(), report },
            PaymentObservation::RefundAsked { provider: other(), request },
            permit(refund(), "2"),
            PaymentObservation::Refunded { refund: name, token, outcome: refunded },
        ] {
            let _ = books.observe(observation);
        }
        books
    }

    fn window_passed(&mut self, of: Instruction) -> PaymentRecord {
        self.observe(PaymentObservation::WindowPassed { of, seconds: 86_400 })
    }

    fn end(&mut self, case: u32, decision: Decision) -> PaymentRecord {
        let (who, why) = ("Lan".to_owned(), "the gateway says so".to_owned());
        self.observe(PaymentObservation::Decided { case, decision, who, why })
    }
}

fn states(record: &PaymentRecord) -> (OpeningState, RefundRecordState) {
    (record.openings[0].state, record.refunds[0].state)
}

fn pending() -> Outcome<Refund> {
    let name = RefundRef::new("R-1").unwrap();
    let refund = Refund::new(name, order(), Money::vnd(20_000), RefundState::Pending);
    Outcome::Accepted(Box::new(refund))
}

fn uncertain() -> Outcome<Refund> {
    let cause = payments_core::UncertainCause::TimedOut;
    Outcome::Uncertain(payments_core::Uncertain::new(cause, "no response"))
}

#[test]
fn an_opening_that_never_arrived_leaves_a_refund_elsewhere_as_it_is() {
    for (outcome, state) in
        [(pending(), RefundRecordState::Pending), (uncertain(), RefundRecordState::Uncertain)]
    {
        for (decision, opened) in [
            (Decision::NeverArrived, OpeningState::NotSent),
            (Decision::WasPaid, OpeningState::Open),
            (Decision::Closed, OpeningState::Uncertain),
        ] {
            let mut books = Books::doubtful(outcome.clone());
            let _ = books.window_passed(opening());
            let record = books.end(1, decision);
            assert_eq!(states(&record), (opened, state), "{decision:?}");
            assert_eq!(record.refundable(), Some(Money::vnd(30_000)), "given back once only");
        }
    }
}

#[test]
fn each_unknown_instruction_has_a_case_of_its_own() {
    let mut books = Books::doubtful(uncertain());
    let _ = books.window_passed(opening());
    let record = books.window_passed(refund());
    let details: Vec<_> = record.open_cases().map(|case| case.detail.clone()).collect();
    assert_eq!(details.len(), 2, "{details:?}");
    let record = books.end(2, Decision::NeverArrived);
    assert_eq!(states(&record), (OpeningState::Uncertain, RefundRecordState::Failed));
    let numbers: Vec<_> = record.open_cases().map(|case| case.number).collect();
    assert_eq!(numbers, [1], "the opening is still unknown");
    let record = books.window_passed(opening());
    assert_eq!(record.open_cases().count(), 1, "the same question is asked once");
    let record = books.end(1, Decision::NeverArrived);
    assert_eq!(states(&record), (OpeningState::NotSent, RefundRecordState::Failed));
    assert_eq!(record.open_cases().count(), 0);
}

#[test]
fn a_case_ends_with_the_doubt_about_its_own_instruction() {
    let mut books = Books::doubtful(uncertain());
    let _ = books.window_passed(opening());
    let _ = books.window_passed(refund());
    let opened = Payment::new(order(), PaymentState::Open);
    let data = ReportData::Payment(Box::new(opened));
    let _ = books.book(&Report::new(provider(), Source::Inquiry, data));
    let record = books.record();
    assert_eq!(states(&record), (OpeningState::Open, RefundRecordState::Uncertain));
    let numbers: Vec<_> = record.open_cases().map(|case| case.number).collect();
    assert_eq!(numbers, [2], "the refund is still unknown");
}
