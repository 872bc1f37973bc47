//! That a gateway does not know a reference proves something only where it does.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use payments_core::{Absence, Provider, rules::AbsenceRule, transport::CallClass};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Answer, Availability, Found, Outcome, PreparedCall, answer_text},
    proxy::Fault,
};

const FINDING: [Operation; 4] = [
    Operation::FindPayment,
    Operation::FindRefund,
    Operation::FindVirtualAccount,
    Operation::FindPayout,
];

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut tried = false;
    for (number, operation) in (1..).zip(FINDING) {
        if operation.is_offered(&fixture.provider) {
            a_404_of_another_server(&fixture, operation, number).await?;
            never_sent(&fixture, operation).await?;
            tried = true;
        }
    }
    not_yet_acted(&fixture).await?;
    for operation in [Operation::CreatePayment, Operation::RefundPayment, Operation::CreatePayout] {
        delivered_late(&start, operation).await?;
    }
    Ok(Passed::if_any(tried))
}

/// A proxy that has lost its way says 404 too.
async fn a_404_of_another_server(
    fixture: &Fixture,
    operation: Operation,
    number: u32,
) -> Result<(), Flaw> {
    let inquiry = PreparedCall::ready(fixture, operation, number).await?;
    let fault = Fault::Rewritten { name: "a 404 of another server", rewrite: not_found_by_a_proxy };
    fixture.recorder.arm(CallClass::Inquiry, fault);
    let answer = inquiry.ask(&fixture.provider).await;
    fixture.heal()?;
    match answer {
        Err(_) => Ok(()),
        Ok(answer) => Err(Flaw::new("an error: it is not the gateway that says so", answer)
            .in_call(operation)
            .under(Some(fault))),
    }
}

fn not_found_by_a_proxy(_: &Method, _: &str, _: Response<Bytes>) -> Response<Bytes> {
    let page = "<!doctype html><title>404</title><h1>Not Found</h1><hr><address>edge</address>";
    let mut response = Response::new(Bytes::from_static(page.as_bytes()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// What was never sent is absent, and conclusively so only as declared.
async fn never_sent(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let inquiry = PreparedCall::unfounded(&fixture.subject, operation)?;
    let answer = match inquiry.ask(&fixture.provider).await {
        Ok(Answer::Absent(absence)) => absence,
        // Some gateways find by what only they can have given.
        Err(error) if operation == Operation::FindVirtualAccount => {
            return match error.kind() {
                payments_core::ErrorKind::InvalidRequest => Ok(()),
                _ => Err(Flaw::refused(operation, &error)),
            };
        }
        other => {
            let found = answer_text(&other);
            return Err(Flaw::new("absent, for it was never sent", found).in_call(operation));
        }
    };
    let rule = rule(&fixture.provider, operation);
    if answer == Absence::Conclusive && rule.is_some_and(|rule| rule != AbsenceRule::Always) {
        let expected = format!("an inconclusive absence, for the capabilities say {rule:?}");
        return Err(Flaw::new(expected, "a conclusive one").in_call(operation));
    }
    Ok(())
}

fn rule(provider: &Provider, operation: Operation) -> Option<AbsenceRule> {
    match operation {
        Operation::FindPayment => Some(provider.payments().ok()?.capabilities().absence),
        Operation::FindPayout => Some(provider.payouts().ok()?.capabilities().absence),
        _ => None,
    }
}

/// A link that no buyer has followed yet can still be followed.
async fn not_yet_acted(fixture: &Fixture) -> Result<(), Flaw> {
    let (create, find) = (Operation::CreatePayment, Operation::FindPayment);
    let opens_offline = create.availability(&fixture.provider) == Availability::Offline;
    if !opens_offline || !find.is_offered(&fixture.provider) {
        return Ok(());
    }
    let payment = PreparedCall::ready(fixture, create, 500).await?;
    payment.succeed(fixture).await?;
    match payment.then(find).answer(&fixture.provider).await? {
        Answer::Absent(Absence::Conclusive) => {
            let expected = "an inconclusive absence, for the buyer can still act";
            Err(Flaw::new(expected, "a conclusive one").in_call(find))
        }
        _ => Ok(()),
    }
}

/// A request that a proxy kept may reach the gateway after an inquiry.
async fn delivered_late(start: &Start, operation: Operation) -> Result<(), Flaw> {
    let fixture = Fixture::open(start).await?;
    if !operation.is_offered(&fixture.provider) {
        return Ok(());
    }
    let instruction = PreparedCall::ready(&fixture, operation, 1).await?;
    let fault = Fault::DeliveredLate;
    fixture.recorder.arm(CallClass::Instruction, fault);
    let outcome = instruction.carry_out(&fixture.provider).await;
    if !matches!(outcome, Outcome::Uncertain(_)) {
        // What a lost answer becomes is another law's matter.
        return Ok(());
    }
    let under = |flaw: Flaw| flaw.in_call(operation).under(Some(fault));
    let early = instruction.find(&fixture.restarted()).await;
    let delivered = fixture.proxy.deliver_late().await;
    delivered.map_err(|error| under(Flaw::new("a gateway that takes the request", error)))?;
    let done = instruction.done(&fixture).await;
    match early {
        Some(Found::Absent { conclusive: true }) if done > 0 => Err(under(
            Flaw::new("an inconclusive absence, for the request was under way", "a conclusive one")
                .with_ledger("carried out after the inquiry"),
        )),
        Some(Found::One { done: true, .. } | Found::Several(_)) => {
            Err(under(Flaw::new("absent, for the gateway had not got it", "it was found")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use payments_core::Role;

    use super::*;

    #[test]
    fn every_call_that_finds_is_asked() {
        let finding = Operation::inquiries().filter(|one| one.name().starts_with("find"));
        assert_eq!(finding.collect::<Vec<_>>(), FINDING);
        assert!(FINDING.iter().all(|one| one.role() != Role::Statements));
    }
}
