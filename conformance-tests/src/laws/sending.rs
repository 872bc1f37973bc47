//! The laws of an instruction under every fault of the wire.

use crate::{
    Flaw,
    fault_case::FaultCase,
    flaw::InFlaw as _,
    operations::{Found, Outcome},
    proxy::Fault,
};

pub(super) fn one_call_sends_once(fault_case: &FaultCase) -> Result<(), Flaw> {
    let expected = usize::from(fault_case.fault.is_none_or(Fault::sent));
    let (sent, done) = (fault_case.sent, fault_case.done);
    fault_case.unless(sent == expected, &times(expected, "sent"), times(sent, "sent"))?;
    fault_case.unless(done <= expected, "carried out once at most", times(done, "carried out"))
}

pub(super) fn is_no_error(fault_case: &FaultCase) -> Result<(), Flaw> {
    let is_error = matches!(fault_case.outcome, Outcome::Error(_));
    let may_have_left = fault_case.fault.is_none_or(Fault::sent);
    let expected = match may_have_left {
        true => "no error, for the request may have been read",
        false => "an error, for nothing left",
    };
    fault_case.unless(is_error != may_have_left, expected, &fault_case.outcome)
}

pub(super) fn only_its_response_counts(fault_case: &FaultCase) -> Result<(), Flaw> {
    let is_whole = fault_case.fault.is_none_or(Fault::spares_the_response);
    let is_so = match &fault_case.outcome {
        // Another law checks whether it was sent more than once; then the last response may be a
        // valid one.
        _ if fault_case.sent > 1 => true,
        // Another law checks whether the result may be an error.
        Outcome::Error(_) => true,
        Outcome::Uncertain(_) => fault_case.fault.is_some(),
        other => is_whole && other.is_as_asked(),
    };
    let expected = if is_whole { "Accepted as asked" } else { "Uncertain" };
    fault_case.unless(is_so, expected, &fault_case.outcome)
}

pub(super) fn an_inquiry_finds_what_was_done(fault_case: &FaultCase) -> Result<(), Flaw> {
    // An instruction that was sent more than once may have been carried out more than once.
    let Some(found) = fault_case.found.as_ref().filter(|_| fault_case.sent <= 1) else {
        return Ok(());
    };
    let is_consistent = match (found, fault_case.done) {
        (Found::One { done: true, unlike: None }, 1) => true,
        (Found::One { done: false, .. } | Found::Absent { .. }, 0) => true,
        // An inquiry that reports two is right.
        (Found::Several(several), done) => *several == done,
        _ => false,
    };
    let expected = match fault_case.done {
        0 => "nothing done, found by inquiry".to_owned(),
        done => format!("{done} done as asked, found by inquiry"),
    };
    fault_case.unless(is_consistent, &expected, found)
}

impl FaultCase {
    fn unless(
        &self,
        is_so: bool,
        expected: &str,
        found: impl std::fmt::Display,
    ) -> Result<(), Flaw> {
        Flaw::unless(is_so, expected, found)
            .in_call(self.operation)
            .under(self.fault)
            .map_err(|flaw| flaw.with_ledger(times(self.done, "carried out")))
            .sent_at(self.sent_at)
    }
}

fn times(number: usize, what: &str) -> String {
    match number {
        0 => format!("not {what}"),
        1 => format!("{what} once"),
        number => format!("{what} {number} times"),
    }
}

#[cfg(test)]
mod tests {
    use payments_core::{Decline, DeclineReason, Error, ErrorKind, Uncertain, UncertainCause};

    use super::*;
    use crate::{LAWS, Operation, law::Check, operations::Reported, proxy::When};

    fn good() -> FaultCase {
        let lost = Uncertain::new(UncertainCause::ConnectionLost, "lost");
        FaultCase {
            operation: Operation::CreatePayout,
            fault: Some(Fault::Reset(When::AfterBooking)),
            sent: 1,
            outcome: Outcome::Uncertain(lost),
            done: 1,
            found: Some(Found::One { done: true, unlike: None }),
            sent_at: None,
        }
    }

    fn accepted_as_asked() -> Outcome {
        Outcome::Accepted { reported: Reported::Movements(Vec::new()), unlike: None }
    }

    fn broken(fault_case: &FaultCase) -> Vec<&'static str> {
        let laws = LAWS.iter().filter(|law| match law.check {
            Check::FaultCase(holds) => holds(fault_case).is_err(),
            _ => false,
        });
        laws.map(|law| law.name).collect()
    }

    #[test]
    fn each_law_of_a_fault_case_can_be_broken_alone() {
        assert!(broken(&good()).is_empty());
        let error = Outcome::Error(Error::new(ErrorKind::Transport, "lost"));
        let decline = Outcome::Declined(Decline::new(DeclineReason::Other));
        let other = Some("its account is another".to_owned());
        for (fault_case, law) in [
            (FaultCase { sent: 2, ..good() }, "one_call_sends_once"),
            (
                FaultCase { outcome: error, ..good() },
                "an_instruction_that_was_sent_is_never_an_error",
            ),
            (FaultCase { outcome: decline, ..good() }, "only_the_gateways_own_response_counts"),
            (
                FaultCase { outcome: accepted_as_asked(), ..good() },
                "only_the_gateways_own_response_counts",
            ),
            (
                FaultCase { found: Some(Found::Absent { conclusive: false }), ..good() },
                "an_inquiry_finds_what_was_done",
            ),
            (
                FaultCase { found: Some(Found::One { done: true, unlike: other }), ..good() },
                "an_inquiry_finds_what_was_done",
            ),
        ] {
            assert_eq!(broken(&fault_case), [law], "{fault_case:?}");
        }
    }

    #[test]
    fn a_refused_connection_is_an_error_and_nothing_else() {
        let refused = FaultCase { fault: Some(Fault::Refused), sent: 0, done: 0, ..good() };
        let refused = FaultCase { found: Some(Found::Absent { conclusive: false }), ..refused };
        assert_eq!(broken(&refused), ["an_instruction_that_was_sent_is_never_an_error"]);
        let error = Outcome::Error(Error::new(ErrorKind::Transport, "refused"));
        assert!(broken(&FaultCase { outcome: error, ..refused }).is_empty());
    }
}
