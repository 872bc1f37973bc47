//! The queue is first come, first served, and limited in number and in time. Half of it is not
//! available to confirmations.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, future::join_all};
use payments_core::{Error, ErrorKind, Result};
use provider_kit::transport::{Call, Rate, RetryPolicy, Stack, Transport, confirming};
use tokio::time::Instant;

use crate::stub::{Reply, Stub, inquiry, instruction, request, status};

fn limited(client: &Arc<Stub>, rate: Rate) -> Arc<dyn Transport> {
    Stack::new(Arc::clone(client) as _).with_rate(rate).build()
}

type Caller<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Returns a call that has started.
fn begun<'a>(call: impl Future<Output = Result<()>> + 'a) -> Caller<'a> {
    let mut caller: Caller<'a> = Box::pin(call);
    assert!(caller.as_mut().now_or_never().is_none(), "it waits");
    caller
}

async fn ask(stack: &dyn Transport, path: &str) -> Result<()> {
    stack.inquire(inquiry(path)).await.map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn the_rate_is_never_exceeded_by_64_callers_and_their_repetitions() {
    let client = Stub::new([status(503), status(503), status(503)]);
    let patient = RetryPolicy::new(3, Duration::from_millis(200), Duration::from_secs(60));
    let stack = Stack::new(client.clone()).with_rate(Rate::per_second(3)).with_retry(patient);
    let stack = stack.build();
    join_all((0..64).map(|_| stack.send(inquiry("")))).await;
    let times = client.times();
    assert_eq!(times.len(), 67);
    for window in times.windows(4) {
        let lasted = window[3] - window[0];
        assert!(lasted >= Duration::from_secs(1), "4 calls within {lasted:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn callers_of_every_class_are_served_in_the_order_in_which_they_began() {
    let client = Stub::new([]);
    let stack = limited(&client, Rate::per_second(10));
    let call = |number: usize| {
        let path = number.to_string();
        match number % 3 {
            0 => inquiry(&path),
            1 => instruction(&path),
            _ => Call::paid_inquiry("name", request(&path)),
        }
    };
    let mut callers: Vec<_> = (0..64)
        .map(|number| {
            begun_or_done({
                let sent = stack.send(call(number));
                async { sent.await.map(|_| ()).map_err(|error| panic!("{error}")) }
            })
        })
        .collect();
    // They are polled in another order than the one in which they started.
    callers.reverse();
    join_all(callers).await;
    let expected: Vec<_> = (0..64).map(|number| number.to_string()).collect();
    assert_eq!(client.paths(), expected);
}

#[tokio::test(start_paused = true)]
async fn who_begins_later_does_not_overtake_who_waits() {
    let client = Stub::new([]);
    let stack = limited(&client, Rate::per_second(1));
    ask(&*stack, "0").await.unwrap();
    let first = begun(ask(&*stack, "1"));
    // A new caller arrives at every moment, including the one at which the first in line may pass.
    let late = async {
        for number in 0..20 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(begun(ask(&*stack, "late")));
            if number == 19 {
                ask(&*stack, "2").await.unwrap();
            }
        }
    };
    let (first, ()) = tokio::join!(first, late);
    first.unwrap();
    assert_eq!(client.paths(), ["0", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_leaves_gives_up_the_place_and_no_time_is_lost() {
    let client = Stub::new([]);
    let stack = limited(&client, Rate::per_second(1).with_most_waiting(3));
    ask(&*stack, "0").await.unwrap();
    let begun_at = Instant::now();
    for leaving in 0..3 {
        let mut callers: Vec<_> =
            ["a", "b", "c"].into_iter().map(|path| Some(begun(ask(&*stack, path)))).collect();
        assert_eq!(full(ask(&*stack, "d")).kind(), ErrorKind::RateLimited);
        callers[leaving] = None;
        let fourth = begun(ask(&*stack, "d"));
        join_all(callers.into_iter().flatten().chain([fourth])).await;
    }
    assert_eq!(client.paths().concat(), "0bcdacdabd");
    assert_eq!(begun_at.elapsed().as_secs(), 9);
}

/// Returns the error of a call that is refused immediately.
fn full(call: impl Future<Output = Result<()>>) -> Error {
    call.now_or_never().expect("it is refused at once").expect_err("it is refused")
}

#[tokio::test(start_paused = true)]
async fn what_would_wait_beyond_its_deadline_is_refused_at_once_and_nothing_is_sent() {
    let client = Stub::new([]);
    let stack = Stack::new(client.clone())
        .with_rate(Rate::per_second(1))
        .with_call_time(Duration::from_secs(4))
        .build();
    ask(&*stack, "0").await.unwrap();
    tokio::time::advance(Duration::from_millis(500)).await;
    // They pass at 0.5, 1.5, 2.5 and 3.5 s from now.
    let waiting: Vec<_> = (1..=4).map(|path| begun(ask_owned(&stack, path))).collect();
    let error = full(ask(&*stack, "late"));
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.is_safe_to_retry());
    assert!(error.to_string().contains("busy") && error.to_string().contains("nothing was sent"));
    let wait = error.retry_after().unwrap();
    assert_eq!(wait, Duration::from_millis(501));

    // It is an error for an instruction as well, because nothing was sent.
    let refused = stack.instruct(instruction("late")).now_or_never().unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RateLimited);

    // After the wait in the error there is room for another call.
    let again = async {
        tokio::time::sleep(wait).await;
        ask(&*stack, "5").await
    };
    let (waiting, again) = tokio::join!(join_all(waiting), again);
    for outcome in waiting.into_iter().chain([again]) {
        outcome.unwrap();
    }
    assert_eq!(client.paths(), ["0", "1", "2", "3", "4", "5"]);
}

async fn ask_owned(stack: &Arc<dyn Transport>, path: usize) -> Result<()> {
    ask(&**stack, &path.to_string()).await
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_no_longer_than_its_own_deadline() {
    let client = Stub::new([]);
    let stack = limited(&client, Rate::per_second(1));
    ask(&*stack, "0").await.unwrap();
    let soon = Instant::now() + Duration::from_millis(900);
    let refused = stack.inquire(inquiry("soon").with_deadline(soon)).now_or_never().unwrap();
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::RateLimited);
    let late = Instant::now() + Duration::from_millis(1_100);
    stack.inquire(inquiry("late").with_deadline(late)).await.unwrap();
    assert_eq!(client.paths(), ["0", "late"]);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_those_who_wait_is_bounded() {
    for most in [1, 2, 7, Rate::MOST_WAITING] {
        let client = Stub::new([]);
        let rate = Rate::per_second(1_000).with_most_waiting(most);
        let stack = limited(&client, rate);
        ask(&*stack, "first").await.unwrap();
        let waiting: Vec<_> = (0..most).map(|path| begun(ask_owned(&stack, path))).collect();
        assert_eq!(full(ask(&*stack, "more")).kind(), ErrorKind::RateLimited, "{most}");
        for outcome in join_all(waiting).await {
            outcome.unwrap();
        }
        assert_eq!(client.paths().len(), most + 1);
    }
}

fn confirm<'a>(
    stack: &'a Arc<dyn Transport>,
    path: usize,
) -> impl Future<Output = Result<()>> + 'a {
    confirming(Duration::from_secs(60), ask_owned(stack, path))
}

#[tokio::test(start_paused = true)]
async fn confirmations_hold_at_most_half_of_the_places() {
    for most in [2, 3, 8, 9] {
        let client = Stub::new([]);
        let stack = limited(&client, Rate::per_second(10).with_most_waiting(most));
        ask(&*stack, "first").await.unwrap();
        // It passes immediately in the line of confirmations, and then waits for its turn like any
        // call.
        let mut waiting: Vec<_> = (0..most / 2).map(|path| begun(confirm(&stack, path))).collect();
        assert_eq!(full(confirm(&stack, 0)).kind(), ErrorKind::RateLimited, "{most}");
        waiting.extend((most / 2..most).map(|path| begun(ask_owned(&stack, path))));
        assert_eq!(full(ask(&*stack, "more")).kind(), ErrorKind::RateLimited, "{most}");
        for outcome in join_all(waiting).await {
            outcome.unwrap();
        }
        assert_eq!(client.paths().len(), most + 1, "{:?}", client.paths());
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_that_the_other_calls_would_delay_too_long_is_refused_at_once() {
    let client = Stub::new([]);
    let stack = Stack::new(client.clone())
        .with_rate(Rate::per_second(1))
        .with_call_time(Duration::from_secs(4))
        .build();
    // The next confirmation may pass after 2 s, and the next call after 4 s.
    confirm(&stack, 0).await.unwrap();
    let waiting: Vec<_> = (1..=3).map(|path| begun(ask_owned(&stack, path))).collect();
    assert_eq!(full(confirm(&stack, 4)).kind(), ErrorKind::RateLimited);
    for outcome in join_all(waiting).await {
        outcome.unwrap();
    }
    assert_eq!(client.paths(), ["0", "1", "2", "3"]);
}

#[tokio::test(start_paused = true)]
async fn confirmations_take_at_most_half_of_the_calls_and_never_the_turn_of_others() {
    let client = Stub::new([]);
    let stack = limited(&client, Rate::per_second(10));
    let confirmations: Vec<_> =
        (100..150).map(|path| begun_or_done(confirm(&stack, path))).collect();
    let own: Vec<_> = (0..25).map(|path| begun(ask_owned(&stack, path))).collect();
    let (_, own) = tokio::join!(join_all(confirmations), join_all(own));
    assert!(own.iter().all(Result::is_ok), "{own:?}");
    let numbers: Vec<usize> = client.paths().iter().map(|path| path.parse().unwrap()).collect();
    let own: Vec<_> = numbers.iter().copied().filter(|number| *number < 100).collect();
    assert_eq!(own, (0..25).collect::<Vec<_>>(), "in order");
    let until_the_last = numbers.iter().position(|number| *number == 24).unwrap() + 1;
    let confirmed = until_the_last - 25;
    assert!(confirmed <= 26, "{confirmed} confirmations before 25 own calls were served");
    let times = client.times();
    let confirmed: Vec<_> = numbers
        .iter()
        .zip(&times)
        .filter(|(number, _)| **number >= 100)
        .map(|(_, at)| *at)
        .collect();
    for window in confirmed.windows(7) {
        let lasted = window[6] - window[0];
        assert!(
            lasted >= Duration::from_secs(1),
            "7 confirmations within {lasted:?} of 10 calls/s"
        );
    }
}

/// Returns a call that has started, and that may have passed or been refused immediately.
fn begun_or_done<'a>(call: impl Future<Output = Result<()>> + 'a) -> Caller<'a> {
    let mut caller: Caller<'a> = Box::pin(call);
    match caller.as_mut().now_or_never() {
        Some(outcome) => Box::pin(std::future::ready(outcome)),
        None => caller,
    }
}

#[tokio::test(start_paused = true)]
async fn a_repetition_that_finds_no_place_leaves_the_answer_that_there_was() {
    let client = Stub::new([status(503), Reply::Silence]);
    let stack = Stack::new(client.clone())
        .with_rate(Rate::per_second(1))
        .with_call_time(Duration::from_secs(2))
        .build();
    let first = stack.inquire(inquiry("0"));
    let others = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        join_all((1..=3).map(|path| ask_owned(&stack, path))).await
    };
    let (first, _) = tokio::join!(first, others);
    assert_eq!(first.unwrap().status(), 503, "what the gateway answered says more than `busy`");
}
