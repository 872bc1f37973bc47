//! Inquiries are repeated at the gateway's own pace, and paid inquiries are made once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderValue, Response, StatusCode};
use payments_core::Provider;
use provider_kit::transport::{CallClass, RetryPolicy};
use tokio::time::Instant;

use crate::{
    Flaw, Operation, Start, Subject, Tuning,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    laws::dropping::in_a_runtime_of_its_own,
    operations::{PreparedCall, answer_text, offered_inquiries},
    proxy::{Fault, When},
    recording_transport::{Note, RecordingTransport},
};

pub(super) async fn patient(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    for (number, operation) in (1..).zip(free_inquiries(&fixture.provider)) {
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
            // Another law checks whether a result without a call is allowed.
            let is_so = fixture.mark() == mark
                || answer.as_ref().is_ok_and(|answer| answer.is_like(&usual));
            Flaw::unless(is_so, format!("asked again, {usual}"), answer_text(&answer))
                .in_call(operation)
                .under(Some(fault))
                .sent_at(fixture.line(mark, CallClass::Inquiry))?;
        }
        exhausted(&fixture, &inquiry).await?;
    }
    heeds_the_gateway(&fixture).await?;
    Ok(Passed::if_any(free_inquiries(&fixture.provider).next().is_some()))
}

/// Checks that repetitions end, and that an error is then returned.
async fn exhausted(fixture: &Fixture, inquiry: &PreparedCall) -> Result<(), Flaw> {
    const MORE_THAN_ANY_BUDGET: usize = 20;
    let fault = Fault::BadGatewayPage(When::BeforeBooking);
    for _ in 0..MORE_THAN_ANY_BUDGET {
        fixture.proxy.inject(fault);
    }
    let mark = fixture.mark();
    let answer = inquiry.ask(&fixture.provider).await;
    fixture.heal()?;
    let is_so = answer.is_err() || fixture.mark() == mark;
    Flaw::unless(is_so, "an error once the gateway has not answered", answer_text(&answer))
        .in_call(inquiry.operation)
        .under(Some(fault))
}

fn free_inquiries(provider: &Provider) -> impl Iterator<Item = Operation> {
    offered_inquiries(provider).filter(|one| one.class(provider) == CallClass::Inquiry)
}

pub(super) async fn paid(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let operation = Operation::VerifyBeneficiary;
    let class = operation.class(&fixture.provider);
    if !operation.is_offered(&fixture.provider) || class != CallClass::PaidInquiry {
        return Ok(Passed::NotApplicable);
    }
    let inquiry = PreparedCall::ready(&fixture, operation, 1).await?;
    is_made_once(&fixture, &inquiry).await.in_call(operation)?;
    Ok(Passed::Tested)
}

async fn is_made_once(fixture: &Fixture, inquiry: &PreparedCall) -> Result<(), Flaw> {
    let fault = Fault::UnavailablePage(When::BeforeBooking);
    fixture.recorder.arm(CallClass::PaidInquiry, fault);
    // Requests without a fee, such as for a token, may be repeated.
    let paid = || {
        let free = fixture.since(0).iter().filter(|note| note.class == CallClass::Inquiry).count();
        fixture.proxy.requests_seen() - free
    };
    let once = |found: usize| {
        let line = fixture.since(0).last().map(|note| note.made_at);
        Flaw::unless(found == 1, "1 request", found).sent_at(line)
    };
    let arrived = paid();
    let lost = inquiry.ask(&fixture.provider).await;
    let is_struck = fixture.heal_after_fault()?;
    Flaw::unless(is_struck, "a call that is made as `Call::paid_inquiry`", "none was")?;
    once(paid() - arrived).under(Some(fault))?;
    Flaw::unless(lost.is_err(), "an error", answer_text(&lost)).under(Some(fault))?;
    let arrived = paid();
    let kept_back = fixture.recorder.keep_back(CallClass::PaidInquiry);
    tokio::select! {
        _ = inquiry.ask(&fixture.provider) => {}
        // The gateway has responded, and the caller is dropped here.
        () = kept_back.arrived() => {}
    }
    kept_back.release();
    inquiry.answer(&fixture.provider).await?;
    inquiry.answer(&fixture.provider).await?;
    once(paid() - arrived)
}

/// Checks that the provider waits seven seconds after a 429 that asks for them.
async fn heeds_the_gateway(fixture: &Fixture) -> Result<(), Flaw> {
    const ASKED: Duration = Duration::from_secs(7);
    for operation in free_inquiries(&fixture.provider) {
        let header = fixture.subject.gateway.retry_after(operation);
        let first = slow_down(header, ASKED);
        let notes = in_standing_time(&fixture.subject, &[operation], first, false).await?;
        let (is_so, found) = match notes.as_slice() {
            // The provider found a result without a call.
            [] => continue,
            [_] => (false, "it was not asked again".to_owned()),
            [first, second, ..] => {
                let waited = second.at - first.at;
                (waited >= ASKED, format!("{waited:?}"))
            }
        };
        let expected = format!("asked again after {ASKED:?}, as `{header}` asks");
        Flaw::unless(is_so, expected, found).in_call(operation)?;
    }
    Ok(())
}

/// Checks the rate limit with sixty-four callers who make every limited inquiry with one provider,
/// which first gets a 429.
pub(super) async fn rate(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let limit = |one: &Operation| fixture.subject.gateway.calls_per_second(*one);
    let limited: Vec<_> =
        free_inquiries(&fixture.provider).filter(|one| limit(one).is_some()).collect();
    // If the documents have different limits for different inquiries, the highest applies.
    let Some(most) = limited.iter().filter_map(limit).max() else {
        return Ok(Passed::NotApplicable);
    };
    let asked: Vec<_> = limited.into_iter().cycle().take(64).collect();
    let first = slow_down("retry-after", Duration::ZERO);
    let notes = in_standing_time(&fixture.subject, &asked, first, true).await?;
    let mut by_host: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
    for note in &notes {
        by_host.entry(&note.host).or_default().push(note.at);
    }
    for (host, times) in by_host {
        let is_too_fast = times.windows(most as usize + 1).any(
            |window| matches!(window, [first, .., last] if *last - *first < Duration::from_secs(1)),
        );
        let found = format!("{} within less than a second, to {host}", most + 1);
        Flaw::unless(!is_too_fast, format!("at most {most} calls in a second"), found)?;
    }
    Ok(Passed::if_any(!notes.is_empty()))
}

fn slow_down(header: &'static str, wait: Duration) -> Response<Bytes> {
    let mut response = Response::new("{}".into());
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header, HeaderValue::from(wait.as_secs()));
    response
}

/// Makes these inquiries concurrently without a socket, in a separate runtime in which time passes
/// only while all of them wait. The first call of the provider gets the response `first`, every
/// other call an empty success. Returns the calls.
async fn in_standing_time(
    subject: &Subject,
    inquiries: &[Operation],
    first: Response<Bytes>,
    keeps_the_rate: bool,
) -> Result<Vec<Note>, Flaw> {
    let inquiries = inquiries.iter().map(|one| PreparedCall::unfounded(subject, *one));
    let (inquiries, gateway) = (inquiries.collect::<Result<Vec<_>, _>>()?, subject.gateway.clone());
    let made = in_a_runtime_of_its_own(true, move || async move {
        let transport = Arc::new(RecordingTransport::offline(first));
        let retry = RetryPolicy::new(3, Duration::from_millis(200), Duration::from_secs(600));
        let mut tuning = Tuning::new(transport.clone(), gateway.clock(), retry);
        tuning.keeps_the_rate = keeps_the_rate;
        let provider = gateway.provider(&gateway.hosts(), &tuning);
        join_all(inquiries.iter().map(|one| one.ask(&provider))).await;
        transport.since(0)
    });
    made.await
}
