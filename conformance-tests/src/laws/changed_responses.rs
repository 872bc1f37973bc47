//! Responses that were changed on their way, and the gateway's states and codes, have the allowed
//! results.

use payments_core::{
    payment::PaymentState, payout::PayoutState, virtual_account::VirtualAccountState,
};

use crate::{
    ChangedResponse, Flaw, Meaning, Operation, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{Answer, Outcome, PreparedCall, answer_text, offered_instructions},
};

pub(super) async fn unbelievable(start: Start) -> Result<Passed, Flaw> {
    check(&start, |meaning| meaning == Meaning::Unbelievable).await
}

pub(super) async fn unsigned_refusals(start: Start) -> Result<Passed, Flaw> {
    check(&start, |meaning| meaning == Meaning::UnsignedRefusal).await
}

pub(super) async fn states(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    complete(&fixture, &fixture.subject.gateway.changed_responses())?;
    let others = [
        Meaning::Unbelievable,
        Meaning::UnsignedRefusal,
        Meaning::OneRowMalformed,
        Meaning::AnothersRow,
    ];
    check(&start, |meaning| !others.contains(&meaning)).await
}

async fn check(start: &Start, is_tried: impl Fn(Meaning) -> bool) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(start).await?;
    let mut responses = fixture.subject.gateway.changed_responses();
    responses.retain(|response| is_tried(response.meaning));
    for (number, response) in (1..).zip(&responses) {
        let tried = try_one(&fixture, *response, number).await;
        tried.in_call(response.operation).under(Some(response.fault()))?;
    }
    Ok(Passed::if_any(!responses.is_empty()))
}

/// Checks that there are changed responses, because without them the suite would prove nothing.
fn complete(fixture: &Fixture, responses: &[ChangedResponse]) -> Result<(), Flaw> {
    let has = |operation: Operation, meaning, what: &str| {
        let is_it = |one: &ChangedResponse| (one.operation, one.meaning) == (operation, meaning);
        let expected = format!("{what} among `Gateway::changed_responses`");
        Flaw::unless(responses.iter().any(is_it), expected, "there is none").in_call(operation)
    };
    for operation in offered_instructions(&fixture.provider) {
        has(operation, Meaning::Unbelievable, "a response that must not be believed")?;
    }
    for (operation, unknown) in [
        (Operation::FindPayment, Meaning::Payment(PaymentState::Uncertain)),
        (Operation::FindVirtualAccount, Meaning::VirtualAccount(VirtualAccountState::Uncertain)),
        (Operation::FindPayout, Meaning::Payout(PayoutState::Uncertain)),
    ] {
        if operation.is_offered(&fixture.provider)
            && fixture.subject.gateway.names_a_state(operation)
        {
            has(operation, unknown, "a state that is documented nowhere")?;
        }
    }
    Ok(())
}

async fn try_one(fixture: &Fixture, response: ChangedResponse, number: u32) -> Result<(), Flaw> {
    let (operation, provider) = (response.operation, &fixture.provider);
    if !provider.roles().contains(&operation.role()) {
        return Ok(());
    }
    let call = PreparedCall::ready(fixture, operation, number).await?;
    let (mark, class) = (fixture.mark(), operation.class(provider));
    fixture.recorder.arm(class, response.fault());
    let judged = match operation.is_instruction() {
        true => of_an_instruction(response.meaning, &call.carry_out(provider).await),
        false => of_an_inquiry(response.meaning, &call.ask(provider).await),
    };
    match (fixture.heal_after_fault()?, operation.is_instruction()) {
        (true, _) => judged.sent_at(fixture.line(mark, class)),
        (false, true) => Err(Flaw::new("a request whose response can be changed", "none was sent")),
        // Another law checks whether a result without a call is allowed.
        (false, false) => Ok(()),
    }
}

fn of_an_instruction(meaning: Meaning, outcome: &Outcome) -> Result<(), Flaw> {
    let is_uncertain = matches!(outcome, Outcome::Uncertain(_));
    let (is_so, expected) = match meaning {
        Meaning::Unbelievable
        | Meaning::Undecided
        | Meaning::OneRowMalformed
        | Meaning::AnothersRow => (is_uncertain, "Uncertain"),
        Meaning::UnsignedRefusal => {
            let unconfirmed = matches!(outcome, Outcome::Declined(one) if !one.is_confirmed());
            (unconfirmed || is_uncertain, "Declined and not confirmed, or Uncertain")
        }
        Meaning::SignedRefusal => (matches!(outcome, Outcome::Declined(_)), "Declined"),
        Meaning::Payment(_) | Meaning::VirtualAccount(_) | Meaning::Payout(_) => {
            (matches!(outcome, Outcome::Accepted { .. }), "Accepted")
        }
    };
    Flaw::unless(is_so, expected, outcome)
}

fn of_an_inquiry(meaning: Meaning, answered: &payments_core::Result<Answer>) -> Result<(), Flaw> {
    let (is_so, expected) = match meaning {
        Meaning::Payment(_) | Meaning::VirtualAccount(_) | Meaning::Payout(_) => {
            let state = answered.as_ref().ok().and_then(Answer::state);
            (state == Some(meaning), format!("{meaning:?}"))
        }
        _ => (answered.is_err(), "an error".to_owned()),
    };
    Flaw::unless(is_so, expected, answer_text(answered))
}
