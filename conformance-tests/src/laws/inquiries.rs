//! Inquiries are asked again, at the gateway's own pace, and paid ones once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderValue, Response, StatusCode};
use payments_core::{
    Provider,
    transport::{Call, CallClass, RetryPolicy, Transport, TransportError},
};
use tokio::time::Instant;

use crate::{
    Flaw, Operation, Start, Subject, Tuning,
    fixture::Fixture,
    law::Passed,
    operations::{PreparedCall, answer_text, offered_inquiries},
    proxy::{Fault, When},
};

pub(super) async fn patient(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut any = false;
    for (number, operation) in (1..).zip(offered_inquiries(&fixture.provider)) {
        if costs(&fixture.provider, operation) {
            continue;
        }
        let inquiry = PreparedCall::ready(&fixture, operation, number).await?;
        let usual = inquiry.answer(&fixture.restarted()).await?;
        for fault in [
            Fault::UnavailablePage(When::BeforeBooking),
            Fault::Closed(When::AfterBooking),
            Fault::TooManyRequests(When::BeforeBooking),
        ] {
            let mark = fixture.mark();
            fixture.recorder.arm(CallClass::Inquiry, fault);
            let answer = inquiry.ask(&fixture.provider).await;
            fixture.heal_after_fault()?;
            if fixture.mark() == mark {
                // Whether it may be answered without asking is another law's matter.
                continue;
            }
            if !answer.as_ref().is_ok_and(|answer| answer.is_like(&usual)) {
                return Err(Flaw::new(format!("asked again, {usual}"), answer_text(&answer))
                    .in_call(operation)
                    .under(Some(fault))
                    .sent_at(fixture.line(mark, CallClass::Inquiry)));
            }
        }
        exhausted(&fixture, &inquiry).await?;
        any = true;
    }
    heeds_the_gateway(start).await?;
    Ok(Passed::if_any(any))
}

/// Patience ends, and then in an error.
async fn exhausted(fixture: &Fixture, inquiry: &PreparedCall) -> Result<(), Flaw> {
    const MORE_THAN_ANY_BUDGET: usize = 20;
    let fault = Fault::BadGatewayPage(When::BeforeBooking);
    for _ in 0..MORE_THAN_ANY_BUDGET {
        fixture.proxy.inject(fault);
    }
    let mark = fixture.mark();
    let answer = inquiry.ask(&fixture.provider).await;
    fixture.heal()?;
    match answer {
        Ok(answer) if !fixture.since(mark).is_empty() => {
            Err(Flaw::new("an error once the gateway has not answered", answer)
                .in_call(inquiry.operation)
                .under(Some(fault)))
        }
        _ => Ok(()),
    }
}

fn costs(provider: &Provider, operation: Operation) -> bool {
    operation == Operation::VerifyBeneficiary
        && provider.payouts().is_ok_and(|role| role.capabilities().name_check_costs)
}

pub(super) async fn paid(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let operation = Operation::VerifyBeneficiary;
    if !operation.is_offered(&fixture.provider) || !costs(&fixture.provider, operation) {
        return Ok(Passed::NotApplicable);
    }
    let inquiry = PreparedCall::ready(&fixture, operation, 1).await?;
    let fault = Fault::UnavailablePage(When::BeforeBooking);
    fixture.recorder.arm(CallClass::PaidInquiry, fault);
    // What costs nothing, such as asking for a token, may be asked again.
    let paid = || {
        let free = fixture.since(0).iter().filter(|note| note.class == CallClass::Inquiry).count();
        fixture.proxy.requests_seen() - free
    };
    let arrived = paid();
    let lost = inquiry.ask(&fixture.provider).await;
    if fixture.recorder.is_armed() {
        let expected = "a call that is made as `Call::paid_inquiry`";
        return Err(Flaw::new(expected, "none was").in_call(operation));
    }
    fixture.heal()?;
    let once = |expected: usize, found: usize| match found == expected {
        true => Ok(()),
        false => Err(Flaw::new(format!("{expected} requests"), format!("{found}"))
            .in_call(operation)
            .sent_at(fixture.since(0).last().map(|note| note.made_at))),
    };
    once(1, paid() - arrived).map_err(|flaw| flaw.under(Some(fault)))?;
    if let Ok(answer) = lost {
        return Err(Flaw::new("an error", answer).in_call(operation).under(Some(fault)));
    }
    let arrived = paid();
    let kept_back = fixture.recorder.keep_back(CallClass::PaidInquiry);
    tokio::select! {
        _ = inquiry.ask(&fixture.provider) => {}
        // The gateway has answered, and the caller is dropped here.
        () = kept_back.arrived() => {}
    }
    kept_back.release();
    inquiry.answer(&fixture.provider).await?;
    inquiry.answer(&fixture.provider).await?;
    once(1, paid() - arrived)?;
    Ok(Passed::Tested)
}

/// A 429 that asks for seven seconds gets them.
async fn heeds_the_gateway(start: Start) -> Result<(), Flaw> {
    const ASKED: Duration = Duration::from_secs(7);
    let subject = start.start().await;
    let gateway = Arc::clone(&subject.gateway);
    for Asked { operations, calls } in in_standing_time(subject, Callers::Single(ASKED)).await? {
        let Some(operation) = operations.first().copied() else { continue };
        let waited = match calls.as_slice() {
            [(_, first), (_, second), ..] => *second - *first,
            _ => {
                return Err(Flaw::new("asked again after a 429 of the gateway's", "it was not")
                    .in_call(operation));
            }
        };
        if waited < ASKED {
            let expected = format!("{ASKED:?} as `{}` asks", gateway.retry_after(operation));
            return Err(Flaw::new(expected, format!("{waited:?}")).in_call(operation));
        }
    }
    Ok(())
}

pub(super) async fn rate(start: Start) -> Result<Passed, Flaw> {
    let subject = start.start().await;
    let gateway = Arc::clone(&subject.gateway);
    let mut any = false;
    for Asked { operations, calls } in in_standing_time(subject, Callers::SixtyFour).await? {
        // Where the documents allow some inquiries more than others, as much as they allow any.
        let most = operations.iter().filter_map(|one| gateway.calls_per_second(*one)).max();
        let Some(most) = most else { continue };
        any = true;
        let mut by_host: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
        for (host, at) in &calls {
            by_host.entry(host).or_default().push(*at);
        }
        for (host, times) in by_host {
            let in_a_second = times.windows(most as usize + 1).find(
                |window| matches!(window, [first, .., last] if *last - *first < Duration::from_secs(1)),
            );
            if in_a_second.is_some() {
                let found = format!("{} within less than a second, to {host}", most + 1);
                return Err(Flaw::new(format!("at most {most} calls in a second"), found));
            }
        }
    }
    Ok(Passed::if_any(any))
}

/// Who asks a provider at once.
#[derive(Clone, Copy)]
enum Callers {
    /// One, whose first response is a 429 that asks for so much patience; each inquiry is made at a
    /// provider of its own.
    Single(Duration),
    /// Sixty-four, who ask one provider for everything that has a limit; the first response is a 429.
    SixtyFour,
}

impl Callers {
    /// Which of the offered inquiries are made at once, each as often as it is named.
    fn ask(self, subject: &Subject, mut offered: Vec<Operation>) -> Vec<Vec<Operation>> {
        match self {
            Self::Single(_) => offered.into_iter().map(|operation| vec![operation]).collect(),
            Self::SixtyFour => {
                offered.retain(|operation| subject.gateway.calls_per_second(*operation).is_some());
                vec![offered.into_iter().cycle().take(64).collect()]
            }
        }
    }

    fn first_response(self, subject: &Subject, operations: &[Operation]) -> Response<Bytes> {
        let (header, wait) = match (self, operations) {
            (Self::Single(wait), [operation, ..]) => {
                (subject.gateway.retry_after(*operation), wait)
            }
            _ => ("retry-after", Duration::ZERO),
        };
        let mut response = Response::new(Bytes::from_static(b"{}"));
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(header, HeaderValue::from(wait.as_secs()));
        response
    }
}

/// Answers without a socket, and notes when it was called by a clock that only waiting moves.
struct Timed {
    /// What the first call gets; the others get an empty success.
    first: Response<Bytes>,
    /// Which host was called, and when.
    calls: Mutex<Vec<(String, Instant)>>,
}

/// What one provider was asked at once, and the calls that it made.
struct Asked {
    operations: Vec<Operation>,
    calls: Vec<(String, Instant)>,
}

#[async_trait]
impl Transport for Timed {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let host = call.request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push((host, Instant::now()));
        Ok(if calls.len() == 1 { self.first.clone() } else { Response::default() })
    }
}

/// Makes free inquiries at once, in a runtime of its own, where only waiting moves the time.
async fn in_standing_time(subject: Subject, callers: Callers) -> Result<Vec<Asked>, Flaw> {
    let measured = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(|error| Flaw::new("a runtime", error))?;
        runtime.block_on(measure(&subject, callers))
    });
    measured.await.map_err(|error| Flaw::new("a provider that does not panic", error))?
}

async fn measure(subject: &Subject, callers: Callers) -> Result<Vec<Asked>, Flaw> {
    let asked = |operations: &[Operation]| {
        let first = callers.first_response(subject, operations);
        let client = Arc::new(Timed { first, calls: Mutex::default() });
        let retry = RetryPolicy::new(3, Duration::from_millis(200), Duration::from_secs(600));
        let mut tuning = Tuning::new(client.clone(), subject.gateway.clock(), retry);
        if matches!(callers, Callers::SixtyFour) {
            tuning = tuning.keeping_the_rate();
        }
        (subject.gateway.provider(&subject.gateway.hosts(), &tuning), client)
    };
    let (idle, _) = asked(&[]);
    let free = offered_inquiries(&idle).filter(|one| !costs(&idle, *one)).collect();
    let mut measured = Vec::new();
    for operations in callers.ask(subject, free) {
        let (provider, client) = asked(&operations);
        let inquiries = operations.iter().map(|one| PreparedCall::unfounded(subject, *one));
        let inquiries = inquiries.collect::<Result<Vec<_>, _>>()?;
        join_all(inquiries.iter().map(|inquiry| inquiry.ask(&provider))).await;
        let calls = client.calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // What is answered without asking does not wait.
        if !calls.is_empty() {
            measured.push(Asked { operations, calls });
        }
    }
    Ok(measured)
}
