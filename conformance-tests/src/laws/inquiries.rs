//! Inquiries are asked again, at the gateway's own pace, and paid ones once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use http::{HeaderValue, Response, StatusCode};
use payments_core::{
    Provider,
    transport::{CallClass, RetryPolicy},
};
use tokio::time::Instant;

use crate::{
    Flaw, Operation, Start, Subject, Tuning,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{PreparedCall, answer_text, offered_inquiries},
    proxy::{Fault, When},
    stub_transport::{Answer, Note, StubTransport},
};

pub(super) async fn patient(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut any = false;
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
            // Whether it may be answered without asking is another law's matter.
            let is_so = fixture.mark() == mark
                || answer.as_ref().is_ok_and(|answer| answer.is_like(&usual));
            Flaw::unless(is_so, format!("asked again, {usual}"), answer_text(&answer))
                .in_call(operation)
                .under(Some(fault))
                .sent_at(fixture.line(mark, CallClass::Inquiry))?;
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
    // What costs nothing, such as asking for a token, may be asked again.
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
        // The gateway has answered, and the caller is dropped here.
        () = kept_back.arrived() => {}
    }
    kept_back.release();
    inquiry.answer(&fixture.provider).await?;
    inquiry.answer(&fixture.provider).await?;
    once(paid() - arrived)
}

/// A 429 that asks for seven seconds gets them.
async fn heeds_the_gateway(start: Start) -> Result<(), Flaw> {
    const ASKED: Duration = Duration::from_secs(7);
    let header = |subject: &Subject, operation| subject.gateway.retry_after(operation);
    let subject = start.start().await;
    let made = in_standing_time(subject.clone(), move |subject, idle| {
        let alone = |operation| Asked {
            all: vec![operation],
            first: slow_down(header(subject, operation), ASKED),
            keeps_the_rate: false,
        };
        free_inquiries(idle).map(alone).collect()
    });
    for (asked, notes) in made.await? {
        let Some(operation) = asked.first().copied() else { continue };
        let [first, second, ..] = notes.as_slice() else {
            let expected = "asked again after a 429 of the gateway's";
            return Err(Flaw::new(expected, "it was not").in_call(operation));
        };
        let waited = second.at - first.at;
        let expected = format!("{ASKED:?} as `{}` asks", header(&subject, operation));
        Flaw::unless(waited >= ASKED, expected, format!("{waited:?}")).in_call(operation)?;
    }
    Ok(())
}

/// Sixty-four callers ask one provider for everything that has a limit, and get a 429 first.
pub(super) async fn rate(start: Start) -> Result<Passed, Flaw> {
    let subject = start.start().await;
    let made = in_standing_time(subject.clone(), |subject, idle| {
        let is_limited =
            |operation: &Operation| subject.gateway.calls_per_second(*operation).is_some();
        let limited: Vec<_> = free_inquiries(idle).filter(is_limited).collect();
        let first = slow_down("retry-after", Duration::ZERO);
        vec![Asked {
            all: limited.into_iter().cycle().take(64).collect(),
            first,
            keeps_the_rate: true,
        }]
    });
    let mut any = false;
    for (asked, notes) in made.await? {
        // Where the documents allow some inquiries more than others, as much as they allow any.
        let most = asked.iter().filter_map(|one| subject.gateway.calls_per_second(*one)).max();
        let Some(most) = most else { continue };
        any = true;
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
    }
    Ok(Passed::if_any(any))
}

fn slow_down(header: &'static str, wait: Duration) -> Response<bytes::Bytes> {
    let mut response = Response::new("{}".into());
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header, HeaderValue::from(wait.as_secs()));
    response
}

/// What a provider of its own is asked at once.
struct Asked {
    all: Vec<Operation>,
    /// The response to the first call; the others get an empty success.
    first: Response<bytes::Bytes>,
    keeps_the_rate: bool,
}

/// Asks without a socket, in a runtime of its own, where only waiting moves the time; the calls that
/// were made, of those that did not find an answer without.
async fn in_standing_time(
    subject: Subject,
    asked: impl FnOnce(&Subject, &Provider) -> Vec<Asked> + Send + 'static,
) -> Result<Vec<(Vec<Operation>, Vec<Note>)>, Flaw> {
    let measured = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(|error| Flaw::new("a runtime", error))?;
        runtime.block_on(async {
            let (idle, _) = without_a_socket(&subject, false);
            let mut measured = Vec::new();
            for Asked { all, first, keeps_the_rate } in asked(&subject, &idle) {
                let (provider, stub) = without_a_socket(&subject, keeps_the_rate);
                stub.will_answer_once(Answer::Response(first));
                let calls = all.iter().map(|one| PreparedCall::unfounded(&subject, *one));
                let calls = calls.collect::<Result<Vec<_>, _>>()?;
                join_all(calls.iter().map(|call| call.ask(&provider))).await;
                measured.push((all, stub.since(0)));
            }
            measured.retain(|(_, notes)| !notes.is_empty());
            Ok(measured)
        })
    });
    measured.await.map_err(|error| Flaw::new("a provider that does not panic", error))?
}

/// A provider whose calls get an empty success.
fn without_a_socket(subject: &Subject, keeps_the_rate: bool) -> (Provider, Arc<StubTransport>) {
    let stub = StubTransport::new();
    stub.will_answer(Answer::Response(Response::default()));
    let retry = RetryPolicy::new(3, Duration::from_millis(200), Duration::from_secs(600));
    let mut tuning = Tuning::new(stub.clone(), subject.gateway.clock(), retry);
    if keeps_the_rate {
        tuning = tuning.keeping_the_rate();
    }
    (subject.gateway.provider(&subject.gateway.hosts(), &tuning), stub)
}
