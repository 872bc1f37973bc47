//! What a provider makes of responses that were changed on their way, and of the gateway's words.

use payments_core::{
    payment::PaymentState, payout::PayoutState, virtual_account::VirtualAccountState,
};

use crate::{
    ChangedResponse, Flaw, Meaning, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Answer, Outcome, PreparedCall, answer_text, offered_instructions},
};

pub(super) async fn states(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let answers = fixture.subject.gateway.changed_responses();
    complete(&fixture, &answers)?;
    let is_state = |answer: &ChangedResponse| {
        !matches!(
            answer.meaning,
            Meaning::Unbelievable
                | Meaning::UnsignedRefusal
                | Meaning::OneRowMalformed
                | Meaning::AnothersRow
        )
    };
    try_each(&fixture, answers.into_iter().filter(is_state)).await
}

pub(super) async fn check(
    start: Start,
    tried: fn(&ChangedResponse) -> bool,
) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let answers = fixture.subject.gateway.changed_responses();
    try_each(&fixture, answers.into_iter().filter(tried)).await
}

/// Without changed responses the suite would prove nothing by them.
fn complete(fixture: &Fixture, answers: &[ChangedResponse]) -> Result<(), Flaw> {
    let has = |operation, meanings: &[Meaning]| {
        answers
            .iter()
            .any(|answer| answer.operation == operation && meanings.contains(&answer.meaning))
    };
    let lacking = |operation: Operation, what: &str| {
        let expected = format!("{what} among `Gateway::changed_responses`");
        Err(Flaw::new(expected, "there is none").in_call(operation))
    };
    for operation in offered_instructions(&fixture.provider) {
        if !has(operation, &[Meaning::Unbelievable]) {
            return lacking(operation, "an answer that must not be believed");
        }
    }
    for (operation, unknown) in [
        (Operation::FindPayment, Meaning::Payment(PaymentState::Uncertain)),
        (Operation::FindVirtualAccount, Meaning::VirtualAccount(VirtualAccountState::Uncertain)),
        (Operation::FindPayout, Meaning::Payout(PayoutState::Uncertain)),
    ] {
        let is_named = operation.is_offered(&fixture.provider)
            && fixture.subject.gateway.names_a_state(operation);
        if is_named && !has(operation, &[unknown]) {
            return lacking(operation, "a state that is documented nowhere");
        }
    }
    Ok(())
}

async fn try_each(
    fixture: &Fixture,
    answers: impl Iterator<Item = ChangedResponse>,
) -> Result<Passed, Flaw> {
    let mut any = false;
    for (number, answer) in (1..).zip(answers) {
        let tried = try_one(fixture, answer, number).await;
        tried.map_err(|flaw| flaw.in_call(answer.operation).under(Some(answer.fault())))?;
        any = true;
    }
    Ok(Passed::if_any(any))
}

async fn try_one(fixture: &Fixture, answer: ChangedResponse, number: u32) -> Result<(), Flaw> {
    let (operation, provider) = (answer.operation, &fixture.provider);
    if !provider.roles().contains(&operation.role()) {
        return Ok(());
    }
    let call = PreparedCall::ready(fixture, operation, number).await?;
    let (mark, class) = (fixture.mark(), call.class(provider));
    fixture.recorder.arm(class, answer.fault());
    let judged = match operation.is_instruction() {
        true => of_an_instruction(answer.meaning, &call.carry_out(provider).await),
        false => of_an_inquiry(answer.meaning, &call.ask(provider).await),
    };
    match (fixture.heal_after_fault()?, operation.is_instruction()) {
        (true, _) => judged.map_err(|flaw| flaw.sent_at(fixture.line(mark, class))),
        (false, true) => Err(Flaw::new("a request whose response can be changed", "none was sent")),
        // Whether it may be answered without asking is another law's matter.
        (false, false) => Ok(()),
    }
}

fn of_an_instruction(meaning: Meaning, outcome: &Outcome) -> Result<(), Flaw> {
    let (is_so, expected) = match meaning {
        Meaning::Unbelievable
        | Meaning::Undecided
        | Meaning::OneRowMalformed
        | Meaning::AnothersRow => (matches!(outcome, Outcome::Uncertain(_)), "Uncertain"),
        Meaning::UnsignedRefusal => {
            let is_so = match outcome {
                Outcome::Declined(decline) => !decline.is_confirmed(),
                Outcome::Uncertain(_) => true,
                Outcome::Accepted { .. } | Outcome::Error(_) => false,
            };
            (is_so, "Declined and not confirmed, or Uncertain")
        }
        Meaning::SignedRefusal => (matches!(outcome, Outcome::Declined(_)), "Declined"),
        Meaning::Payment(_) | Meaning::VirtualAccount(_) | Meaning::Payout(_) => {
            (matches!(outcome, Outcome::Accepted { .. }), "Accepted")
        }
    };
    if is_so { Ok(()) } else { Err(Flaw::new(expected, outcome)) }
}

fn of_an_inquiry(meaning: Meaning, answered: &payments_core::Result<Answer>) -> Result<(), Flaw> {
    let (is_so, expected) = match meaning {
        Meaning::Unbelievable
        | Meaning::UnsignedRefusal
        | Meaning::SignedRefusal
        | Meaning::OneRowMalformed
        | Meaning::AnothersRow
        | Meaning::Undecided => (answered.is_err(), "an error".to_owned()),
        state => {
            let is_so = answered.as_ref().is_ok_and(|answer| answer.state() == Some(state));
            (is_so, format!("{state:?}"))
        }
    };
    if is_so { Ok(()) } else { Err(Flaw::new(expected, answer_text(answered))) }
}
