//! What a provider makes of answers that were changed on their way, and of the gateway's words.

use payments_core::{
    payment::PaymentState, payout::PayoutState, transport::CallClass,
    virtual_account::VirtualAccountState,
};

use crate::{
    ChangedResponse, Flaw, Meaning, Operation, Start,
    fixture::Fixture,
    instruction::{self, Instruction},
    law::Passed,
    outcome::Outcome,
    question::{self, Question},
};

pub(super) async fn words(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let answers = fixture.subject.gateway.changed_responses();
    complete(&fixture, &answers)?;
    let is_word = |answer: &ChangedResponse| {
        !matches!(
            answer.meaning,
            Meaning::Unbelievable | Meaning::UnsignedRefusal | Meaning::OneRowMalformed
        )
    };
    try_each(&fixture, answers.into_iter().filter(is_word)).await
}

pub(super) async fn hold(
    start: Start,
    tried: fn(&ChangedResponse) -> bool,
) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let answers = fixture.subject.gateway.changed_responses();
    try_each(&fixture, answers.into_iter().filter(tried)).await
}

/// A suite that was told of no changed answer would prove nothing by them.
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
    for operation in instruction::offered(&fixture.provider) {
        if !has(operation, &[Meaning::Unbelievable]) {
            return lacking(operation, "an answer that must not be believed");
        }
    }
    for (operation, unknown) in [
        (Operation::FindPayment, Meaning::Payment(PaymentState::Uncertain)),
        (Operation::FindVirtualAccount, Meaning::VirtualAccount(VirtualAccountState::Uncertain)),
        (Operation::FindPayout, Meaning::Payout(PayoutState::Uncertain)),
    ] {
        let is_named = question::is_offered(&fixture.provider, operation)
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
    if !fixture.provider.roles().contains(&answer.operation.role()) {
        return Ok(());
    }
    if Operation::INSTRUCTIONS.contains(&answer.operation) {
        let instruction = Instruction::ready(fixture, answer.operation, number).await?;
        let mark = fixture.mark();
        fixture.recorder.arm(CallClass::Instruction, answer.fault());
        let outcome = instruction.carry_out(&fixture.provider).await;
        if !struck(fixture)? {
            return Err(Flaw::new("a request whose answer can be changed", "none was sent"));
        }
        let line = fixture.since(mark).last().map(|note| note.made_at);
        of_an_instruction(answer.meaning, &outcome).map_err(|flaw| flaw.sent_at(line))
    } else {
        let question = Question::ready(fixture, answer.operation, number).await?;
        let mark = fixture.mark();
        fixture.recorder.arm(class(fixture, answer.operation), answer.fault());
        let told = question.ask(&fixture.provider).await;
        if !struck(fixture)? {
            // Whether it may be answered without asking is another law's matter.
            return Ok(());
        }
        let line = fixture.since(mark).last().map(|note| note.made_at);
        of_an_inquiry(answer.meaning, &told).map_err(|flaw| flaw.sent_at(line))
    }
}

/// Whether the provider says that an inquiry costs a fee.
fn class(fixture: &Fixture, operation: Operation) -> CallClass {
    let costs = operation == Operation::VerifyBeneficiary
        && fixture.provider.payouts().is_ok_and(|role| role.capabilities().name_check_costs);
    if costs { CallClass::PaidInquiry } else { CallClass::Inquiry }
}

/// Whether there was a request whose answer was changed.
fn struck(fixture: &Fixture) -> Result<bool, Flaw> {
    let is_armed = fixture.recorder.is_armed();
    fixture.recorder.disarm();
    fixture.proxy.heal().map_err(|error| Flaw::new("the proxy listens again", error))?;
    Ok(!is_armed)
}

fn of_an_instruction(meaning: Meaning, outcome: &Outcome) -> Result<(), Flaw> {
    let (is_so, expected) = match meaning {
        Meaning::Unbelievable | Meaning::Undecided | Meaning::OneRowMalformed => {
            (matches!(outcome, Outcome::Uncertain(_)), "Uncertain")
        }
        Meaning::UnsignedRefusal => {
            let is_so = match outcome {
                Outcome::Declined(decline) => !decline.is_confirmed(),
                Outcome::Uncertain(_) => true,
                Outcome::Accepted { .. } | Outcome::Error { .. } => false,
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

fn of_an_inquiry(
    meaning: Meaning,
    told: &payments_core::Result<question::Answer>,
) -> Result<(), Flaw> {
    let (is_so, expected) = match meaning {
        Meaning::Unbelievable
        | Meaning::UnsignedRefusal
        | Meaning::SignedRefusal
        | Meaning::OneRowMalformed
        | Meaning::Undecided => (told.is_err(), "an error".to_owned()),
        state => {
            let is_so = told.as_ref().is_ok_and(|answer| answer.state() == Some(state));
            (is_so, format!("{state:?}"))
        }
    };
    if is_so { Ok(()) } else { Err(Flaw::new(expected, question::told(told))) }
}
