//! The absence of a reference at the gateway is conclusive only when the provider declares that it
//! is.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use payments_core::{Absence, ErrorKind, Provider, rules::AbsenceRule};
use provider_kit::transport::CallClass;

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{Answer, Availability, Found, Outcome, PreparedCall, answer_text},
    proxy::Fault,
};

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let finding = || Operation::finding().filter(|one| one.is_offered(&fixture.provider));
    for (number, operation) in (1..).zip(finding()) {
        a_404_of_another_server(&fixture, operation, number).await?;
        never_sent(&fixture, operation).await?;
    }
    not_yet_acted(&fixture).await?;
    for operation in [Operation::CreatePayment, Operation::RefundPayment, Operation::CreatePayout] {
        delivered_late(&start, operation).await?;
    }
    Ok(Passed::if_any(finding().next().is_some()))
}

/// A misrouted proxy also returns 404.
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
    let expected = "an error: it is not the gateway that says so";
    Flaw::unless(answer.is_err(), expected, answer_text(&answer))
        .in_call(operation)
        .under(Some(fault))
}

fn not_found_by_a_proxy(_: &Method, _: &str, _: Response<Bytes>) -> Response<Bytes> {
    let page = "<!doctype html><title>404</title><h1>Not Found</h1><hr><address>edge</address>";
    let mut response = Response::new(Bytes::from_static(page.as_bytes()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Checks that an object that was never requested is absent, and conclusively only as declared.
async fn never_sent(fixture: &Fixture, operation: Operation) -> Result<(), Flaw> {
    let inquiry = PreparedCall::unfounded(&fixture.subject, operation)?;
    let answer = inquiry.ask(&fixture.provider).await;
    let (found, rule) = (answer_text(&answer), rule(&fixture.provider, operation));
    let is_so = match (answer, rule) {
        (Ok(Answer::Absent(Absence::Conclusive)), Some(rule)) => rule == AbsenceRule::Always,
        (Ok(Answer::Absent(_)), _) => true,
        // Some gateways find an object only by an identifier that they themselves issued.
        (Err(error), _) if operation == Operation::FindVirtualAccount => {
            error.kind() == ErrorKind::InvalidRequest
        }
        _ => false,
    };
    let expected = format!("absent, for it was never sent, and conclusively by {rule:?}");
    Flaw::unless(is_so, expected, found).in_call(operation)
}

fn rule(provider: &Provider, operation: Operation) -> Option<AbsenceRule> {
    match operation {
        Operation::FindPayment => Some(provider.payments().ok()?.capabilities().absence),
        Operation::FindPayout => Some(provider.payouts().ok()?.capabilities().absence),
        _ => None,
    }
}

/// Checks that a link that no buyer has followed yet is not conclusively absent.
async fn not_yet_acted(fixture: &Fixture) -> Result<(), Flaw> {
    let (create, find) = (Operation::CreatePayment, Operation::FindPayment);
    let opens_offline = create.availability(&fixture.provider) == Availability::Offline;
    if !opens_offline || !find.is_offered(&fixture.provider) {
        return Ok(());
    }
    let payment = PreparedCall::ready(fixture, create, 500).await?;
    payment.succeed(fixture).await?;
    let found = payment.then(find).answer(&fixture.provider).await?;
    let is_so = !matches!(found, Answer::Absent(Absence::Conclusive));
    Flaw::unless(is_so, "an inconclusive absence, for the buyer can still act", found).in_call(find)
}

/// Checks that a request that a proxy held back may reach the gateway after an inquiry.
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
        // Another law checks the result of a lost response.
        return Ok(());
    }
    let early = instruction.find(&fixture.restarted()).await;
    let delivered = fixture.proxy.deliver_late().await;
    let delivered = delivered.map_err(|error| Flaw::new("a gateway that takes the request", error));
    let expected = match early {
        Some(Found::Absent { conclusive: true }) if instruction.done(&fixture).await > 0 => {
            Some("an inconclusive absence, for the request was under way")
        }
        Some(Found::One { done: true, .. } | Found::Several(_)) => {
            Some("absent, for the gateway had not got it")
        }
        _ => None,
    };
    let found = early.map_or(String::new(), |early| early.to_string());
    delivered
        .and_then(|()| Flaw::unless(expected.is_none(), expected.unwrap_or_default(), found))
        .in_call(operation)
        .under(Some(fault))
}
