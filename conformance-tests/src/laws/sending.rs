//! The laws of an instruction under every fault of the wire.

use crate::{
    Flaw,
    fault_case::FaultCase,
    operations::{Found, Outcome},
    proxy::Fault,
};

pub(super) fn one_call_sends_once(fault_case: &FaultCase) -> Result<(), Flaw> {
    let expected = usize::from(fault_case.fault.is_none_or(Fault::sent));
    if fault_case.sent != expected {
        return Err(fault_case.flaw(times(expected, "sent"), times(fault_case.sent, "sent")));
    }
    if fault_case.done > expected {
        return Err(
            fault_case.flaw("carried out once at most", times(fault_case.done, "carried out"))
        );
    }
    Ok(())
}

pub(super) fn an_instruction_that_was_sent_is_never_an_error(
    fault_case: &FaultCase,
) -> Result<(), Flaw> {
    let is_error = matches!(fault_case.outcome, Outcome::Error(_));
    let may_have_left = fault_case.fault.is_none_or(Fault::sent);
    match (may_have_left, is_error) {
        (true, true) => {
            let expected = "no error, for the request may have been read";
            Err(fault_case.flaw(expected, &fault_case.outcome))
        }
        (false, false) => Err(fault_case.flaw("an error, for nothing left", &fault_case.outcome)),
        _ => Ok(()),
    }
}

pub(super) fn only_the_gateways_own_response_counts(fault_case: &FaultCase) -> Result<(), Flaw> {
    // What was sent more than once is another law's matter: the last answer may be a good one.
    if fault_case.sent > 1 {
        return Ok(());
    }
    let is_whole = fault_case.fault.is_none_or(Fault::spares_the_answer);
    match &fault_case.outcome {
        // Whether it may be one is another law's matter.
        Outcome::Error(_) => Ok(()),
        accepted if is_whole && accepted.is_as_asked() => Ok(()),
        Outcome::Uncertain(_) if fault_case.fault.is_some() => Ok(()),
        other if is_whole => Err(fault_case.flaw("Accepted as asked", other)),
        other => Err(fault_case.flaw("Uncertain", other)),
    }
}

pub(super) fn an_inquiry_finds_what_was_done(fault_case: &FaultCase) -> Result<(), Flaw> {
    // What was sent more than once may have been done more than once.
    if fault_case.sent > 1 {
        return Ok(());
    }
    let is_consistent = match (&fault_case.found, fault_case.done) {
        (None, _) => true,
        (Some(Found::One { done: true, unlike: None }), 1) => true,
        (Some(Found::One { done: false, .. } | Found::Absent { .. }), 0) => true,
        // An inquiry that shows two is right.
        (Some(Found::Several(several)), done) => *several == done,
        _ => false,
    };
    match &fault_case.found {
        Some(found) if !is_consistent => {
            let expected = match fault_case.done {
                0 => "nothing done, found by inquiry".to_owned(),
                done => format!("{done} done as asked, found by inquiry"),
            };
            Err(fault_case.flaw(expected, found))
        }
        _ => Ok(()),
    }
}

impl FaultCase {
    fn flaw(&self, expected: impl Into<String>, found: impl std::fmt::Display) -> Flaw {
        Flaw::new(expected, found)
            .in_call(self.operation)
            .under(self.fault)
            .with_ledger(times(self.done, "carried out"))
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
