//! A response whose signature is not valid is not accepted.

use http_tampering::response;
use payments_core::Provider;

use crate::{
    Flaw, SignedIn, SignedResponse, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{Outcome, PreparedCall, offered_calls},
};

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut any = false;
    for (number, operation) in (1..).zip(offered_calls(&fixture.provider)) {
        let signed = fixture.subject.gateway.signed_response(operation);
        if signed.signature != SignedIn::Nowhere {
            let call = PreparedCall::ready(&fixture, operation, number).await?;
            any |= believes_no_alteration(&call, &fixture, signed).await?;
        }
    }
    Ok(Passed::if_any(any))
}

/// Makes a call. Returns whether its response was accepted, or an error if the response was treated
/// as anything other than a valid or an unreadable one.
async fn make(call: &PreparedCall, provider: &Provider) -> Result<bool, String> {
    if !call.operation.is_instruction() {
        return Ok(call.ask(provider).await.is_ok());
    }
    match call.carry_out(provider).await {
        Outcome::Accepted { .. } => Ok(true),
        Outcome::Uncertain(_) => Ok(false),
        other => Err(other.to_string()),
    }
}

/// Makes the call once to record its response, and again for each alteration of the response, which
/// the provider receives without a request being sent. Returns whether there was a response to
/// alter.
async fn believes_no_alteration(
    call: &PreparedCall,
    fixture: &Fixture,
    signed: SignedResponse,
) -> Result<bool, Flaw> {
    let (provider, recorder) = (&fixture.provider, &fixture.recorder);
    let _ = make(call, provider).await;
    let Some(genuine) = recorder.last_response() else { return Ok(false) };
    recorder.replay(Some(genuine.clone()));
    let mark = fixture.mark();
    // A cached response is not requested again, and a response that is not accepted a second time
    // proves nothing here.
    let is_tested = make(call, provider).await == Ok(true) && !fixture.since(mark).is_empty();
    let altered = if is_tested { response::each_altered(&genuine, signed) } else { Vec::new() };
    for (what, altered) in altered {
        let mark = fixture.mark();
        recorder.replay(Some(altered));
        let made = make(call, provider).await;
        let is_so = made == Ok(false);
        let found = made.map_or_else(|found| found, |_| "it is believed".to_owned());
        Flaw::unless(is_so, format!("a response that is not believed, for {what}"), found)
            .sent_at(fixture.since(mark).last().map(|note| note.made_at))
            .in_call(call.operation)?;
    }
    recorder.replay(None);
    Ok(is_tested)
}
