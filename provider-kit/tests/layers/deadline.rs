//! One deadline applies to waits, repetitions and sends together.

use std::time::Duration;

use futures_util::FutureExt;
use payments_core::ErrorKind;
use provider_kit::transport::{Rate, Stack, confirming};
use tokio::time::Instant;

use crate::stub::{Reply, Stub, inquiry, instruction, status};

#[tokio::test(start_paused = true)]
async fn an_instruction_without_an_answer_is_uncertain_at_its_deadline() {
    let stack =
        Stack::new(Stub::new([Reply::Silence])).with_call_time(Duration::from_secs(5)).build();
    let begun = Instant::now();
    let submission = stack.instruct(instruction("")).await.unwrap().read::<()>(|_| unreachable!());
    assert!(submission.is_uncertain(), "{submission:?}");
    assert_eq!(begun.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_call_has_the_time_that_its_client_says_and_the_wait_is_part_of_it() {
    let client = Stub::limited(Duration::from_secs(3));
    let stack = Stack::new(client).with_rate(Rate::per_second(1)).build();
    let calls = (0..8).map(|_| stack.inquire(inquiry("")));
    let outcomes = futures_util::future::join_all(calls).await;
    let sent = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    // The calls pass at 0, 1 and 2 s; a call that would pass at 3 s has no time left.
    assert_eq!(sent, 3, "{outcomes:?}");
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind(), ErrorKind::RateLimited);
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_ends_in_its_own_time() {
    let silent = || Stack::new(Stub::new([Reply::Silence])).build();
    let begun = Instant::now();
    let error = confirming(Duration::from_secs(7), silent().inquire(inquiry(""))).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed().as_secs(), 7);

    // A confirmation inside another ends with the one that ends first.
    for (outer, inner) in [(2, 9), (9, 2)] {
        let begun = Instant::now();
        let stack = silent();
        let inner = confirming(Duration::from_secs(inner), stack.inquire(inquiry("")));
        confirming(Duration::from_secs(outer), inner).await.unwrap_err();
        assert_eq!(begun.elapsed().as_secs(), 2);
    }
    let forever = confirming(Duration::MAX, silent().inquire(inquiry(""))).await;
    assert_eq!(forever.unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn outside_of_a_runtime_calls_are_sent_or_refused_and_nothing_panics() {
    let client = Stub::new([status(503)]);
    let stack = Stack::new(client.clone()).with_rate(Rate::per_second(1)).build();
    let now = |call| stack.inquire(call).now_or_never().expect("nothing to wait for");
    assert_eq!(now(inquiry("0")).unwrap().status(), 503, "a repetition would have to wait");
    assert_eq!(now(inquiry("1")).unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(client.paths(), ["0"]);
}
