//! Only inquiries are repeated, not before the provider asks and never beyond the deadline.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use payments_core::ErrorKind;
use provider_kit::transport::{
    Call, RetryPolicy, Stack, TransportErrorKind, Unreadable, retry_after,
};
use tokio::time::Instant;

use crate::stub::{Reply, Stub, inquiry, instruction, request, status, with_headers};

#[tokio::test(start_paused = true)]
async fn only_inquiries_are_repeated() {
    for (call, times) in
        [(inquiry(""), 2), (Call::paid_inquiry("name", request("")), 1), (instruction(""), 1)]
    {
        for failure in [status(503), Reply::Failure(TransportErrorKind::ConnectionLost)] {
            let client = Stub::new([failure]);
            let _ = Stack::new(client.clone()).build().send(call.clone()).await;
            assert_eq!(client.times().len(), times, "{call:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_instruction_is_never_sent_as_an_inquiry() {
    let client = Stub::new([status(503)]);
    let stack = Stack::new(client.clone()).build();
    let refused = stack.inquire(instruction("")).await.unwrap_err();
    assert_eq!((refused.kind(), client.times().len()), (ErrorKind::Unsupported, 0));
    let sent = stack.instruct(inquiry("")).await.unwrap();
    assert!(sent.read::<()>(|_| Err(Unreadable::new("503"))).is_uncertain());
    assert_eq!(client.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn waits_double_and_have_a_random_part() {
    let mut first_waits = Vec::new();
    for _ in 0..32 {
        let client = Stub::new([status(503), status(503), status(503), status(503)]);
        let answer = Stack::new(client.clone()).build().send(inquiry("")).await.unwrap();
        assert_eq!(answer.status(), 503);
        let times = client.times();
        assert_eq!(times.len(), 4);
        for (pair, least) in times.windows(2).zip([200, 400, 800]) {
            let (wait, least) = (pair[1] - pair[0], Duration::from_millis(least));
            // The timer rounds up to a millisecond.
            let most = least * 2 + Duration::from_millis(1);
            assert!(wait >= least && wait <= most, "{wait:?} is not from {least:?} to {most:?}");
        }
        first_waits.push(times[1] - times[0]);
    }
    let first = first_waits[0];
    assert!(first_waits.iter().any(|wait| *wait != first), "32 times {first:?}");
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_the_provider_asks_for_is_kept() {
    for headers in [
        [("x-wait", "3"), ("x-other", "9")],
        [("x-wait", " 3 "), ("x-other", "9")],
        [("x-wait", "Sun, 29 Nov 2026 10:00:03 GMT"), ("date", "Sun, 29 Nov 2026 10:00:00 GMT")],
        [("x-wait", "Sunday, 29-Nov-26 10:00:03 GMT"), ("date", "Sun, 29 Nov 2026 10:00:00 GMT")],
        [("x-wait", "Sun Nov 29 10:00:03 2026"), ("date", "Sun, 29 Nov 2026 10:00:00 GMT")],
    ] {
        let client = Stub::new([with_headers(429, &headers)]);
        let stack = Stack::new(client.clone()).build();
        let call = inquiry("").with_retry_after(&["x-wait"]);
        assert_eq!(stack.send(call).await.unwrap().status(), 200, "{headers:?}");
        let times = client.times();
        let wait = times[1] - times[0];
        let most = Duration::from_millis(3_401);
        assert!(wait >= Duration::from_secs(3) && wait <= most, "{wait:?} after {headers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_budget_or_the_deadline_ends_the_repetitions() {
    let budget =
        |seconds| RetryPolicy::new(3, Duration::from_millis(1), Duration::from_secs(seconds));
    for asked in
        ["3", "18446744073709551615", "99999999999999999999999", "Fri, 01 Jan 2100 00:00:00 GMT"]
    {
        for (budget, call_time) in [(budget(2), 60), (budget(60), 2)] {
            let client = Stub::new([with_headers(429, &[("retry-after", asked)])]);
            let stack = Stack::new(client.clone())
                .with_retry(budget)
                .with_call_time(Duration::from_secs(call_time))
                .build();
            let begun = Instant::now();
            assert_eq!(stack.send(inquiry("")).await.unwrap().status(), 429);
            assert_eq!((client.times().len(), begun.elapsed()), (1, Duration::ZERO), "{asked}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_and_waits_together_stay_within_the_budget() {
    // Each attempt takes four seconds to fail: a budget of the waits alone would allow four.
    let client = Stub::slow(Duration::from_secs(4), vec![status(503); 4]);
    let stack = Stack::new(client.clone()).build();
    let begun = Instant::now();
    let outcome = stack.send(inquiry("")).await;
    let (lasted, budget) = (begun.elapsed(), RetryPolicy::default().budget);
    assert!(lasted <= budget, "{lasted:?} of {budget:?}, {outcome:?}");
    assert_eq!(client.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_inquiry_never_outlasts_the_time_of_its_call() {
    let call_time = Duration::from_secs(5);
    let minute = RetryPolicy::new(100, Duration::from_millis(200), Duration::from_secs(60));
    for replies in [vec![Reply::Silence], vec![status(503), Reply::Silence], vec![status(503); 99]]
    {
        let client = Stub::new(replies);
        let stack = Stack::new(client).with_call_time(call_time).with_retry(minute).build();
        let begun = Instant::now();
        let _ = stack.send(inquiry("")).await;
        let lasted = begun.elapsed();
        assert!(lasted <= call_time + Duration::from_millis(1), "{lasted:?} of {call_time:?}");
    }
}

#[test]
fn a_wait_is_read_from_seconds_and_from_dates() {
    let read = |pairs: &[(&'static str, &str)]| {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        retry_after(&pairs.iter().map(pair).collect::<HeaderMap>(), &["first", "second"])
    };
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let now = ("date", "Sun, 29 Nov 2026 10:00:00 GMT");
    assert_eq!(read(&[("first", "0")]), seconds(0));
    assert_eq!(read(&[("second", "7")]), seconds(7));
    assert_eq!(read(&[("first", "soon"), ("second", "7")]), seconds(7));
    assert_eq!(read(&[("first", "2"), ("second", "7")]), seconds(2));
    assert_eq!(read(&[("first", "Sun, 29 Nov 2026 10:02:00 GMT"), now]), seconds(120));
    assert_eq!(read(&[("first", "Sun, 29 Nov 2026 09:59:00 GMT"), now]), seconds(0));
    assert_eq!(read(&[("first", "99999999999999999999")]), Some(Duration::MAX));
    for unreadable in ["", " ", "-1", "+1", "1.5", "1s", "in a minute", "2026-11-29T10:00:00Z"] {
        assert_eq!(read(&[("first", unreadable)]), None, "{unreadable:?}");
    }
    // If the response has no date of its own, the system's time is used.
    let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3_600));
    let wait = read(&[("first", &soon)]).unwrap();
    assert!(wait > Duration::from_secs(3_000) && wait <= Duration::from_secs(3_600), "{wait:?}");
}
