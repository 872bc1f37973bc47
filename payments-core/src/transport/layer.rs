//! The layers around a transport, in one fixed order: trace, retry, limit, timeout, client.
//!
//! The limit stands inside the retry, so that a repeated inquiry counts against it too.

#![deny(clippy::missing_trait_methods)]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use governor::{
    Quota, RateLimiter,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use http::{HeaderMap, Response, StatusCode};
use tracing::Instrument as _;

use super::{Call, CallClass, Transport, TransportError, TransportErrorKind};

/// How often a credential may call: so many calls in a period, evenly spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: NonZeroU32,
    per: Duration,
}

/// How inquiries are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often at most, the first time not counted.
    pub times: usize,
    /// How long before the first repetition; doubled every time.
    pub first_wait: Duration,
    /// How long all waits may be together; a longer wait that the provider asks for ends it.
    pub budget: Duration,
}

/// Puts the layers around a client.
#[derive(Clone)]
pub struct Stack {
    client: Arc<dyn Transport>,
    timeout: Option<Duration>,
    rate: Option<Rate>,
    retry: RetryPolicy,
}

impl Rate {
    /// So many calls in a period.
    pub const fn new(calls: NonZeroU32, per: Duration) -> Self {
        Self { calls, per }
    }

    /// So many calls a second; none counts as one.
    pub const fn per_second(calls: u32) -> Self {
        let calls = match NonZeroU32::new(calls) {
            Some(calls) => calls,
            None => NonZeroU32::MIN,
        };
        Self { calls, per: Duration::from_secs(1) }
    }
}

impl Default for RetryPolicy {
    /// 3 repetitions, after 200, 400 and 800 ms, within 10 s.
    fn default() -> Self {
        Self { times: 3, first_wait: Duration::from_millis(200), budget: Duration::from_secs(10) }
    }
}

impl RetryPolicy {
    /// At most `times` repetitions, the first after `first_wait`, within `budget`.
    pub const fn new(times: usize, first_wait: Duration, budget: Duration) -> Self {
        Self { times, first_wait, budget }
    }
}

impl Stack {
    /// The layers around `client`: tracing and the default retries of inquiries.
    pub fn new(client: Arc<dyn Transport>) -> Self {
        Self { client, timeout: None, rate: None, retry: RetryPolicy::default() }
    }

    /// Limits each attempt.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Limits how often is called; waiting callers are sent one after another.
    #[must_use]
    pub fn with_rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// Sets how inquiries are repeated.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// The transport with its layers.
    pub fn build(self) -> Arc<dyn Transport> {
        let mut transport = self.client;
        if let Some(timeout) = self.timeout {
            transport = Arc::new(Timed { inner: transport, timeout });
        }
        if let Some(rate) = self.rate {
            transport = Arc::new(Limited::new(transport, rate));
        }
        transport = Arc::new(Retried { inner: transport, policy: self.retry });
        Arc::new(Traced { inner: transport })
    }
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack")
            .field("timeout", &self.timeout)
            .field("rate", &self.rate)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

struct Timed {
    inner: Arc<dyn Transport>,
    timeout: Duration,
}

#[async_trait]
impl Transport for Timed {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let call = call.with_deadline(tokio::time::Instant::now() + self.timeout);
        // Dropping an instruction would lose what is known of it: the client ends it by itself.
        if call.class == CallClass::Instruction && self.inner.departs() {
            return self.inner.send(call).await;
        }
        match tokio::time::timeout(self.timeout, self.inner.send(call)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(TransportError::new(
                TransportErrorKind::TimedOut,
                format!("no whole answer within {:?}", self.timeout),
            )),
        }
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }
}

struct Limited {
    inner: Arc<dyn Transport>,
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>,
    clock: TokioClock,
}

impl Limited {
    fn new(inner: Arc<dyn Transport>, rate: Rate) -> Self {
        // A burst of one spaces the calls evenly: with a larger burst, twice the limit could
        // fall into one period.
        let spacing = (rate.per / rate.calls.get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(spacing).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let quota = quota.allow_burst(NonZeroU32::MIN);
        let clock = TokioClock(tokio::time::Instant::now());
        Self { inner, limiter: RateLimiter::direct_with_clock(quota, clock), clock }
    }
}

#[async_trait]
impl Transport for Limited {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        while let Err(not_until) = self.limiter.check() {
            tokio::time::sleep(not_until.wait_time_from(self.clock.now())).await;
        }
        self.inner.send(call).await
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }
}

/// Tokio's clock for the limiter, so that paused time holds there too.
#[derive(Clone, Copy)]
struct TokioClock(tokio::time::Instant);

impl GovernorClock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

struct Retried {
    inner: Arc<dyn Transport>,
    policy: RetryPolicy,
}

#[async_trait]
impl Transport for Retried {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        if call.class != CallClass::Inquiry {
            return self.inner.send(call).await;
        }
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(self.policy.first_wait)
            .with_max_delay(self.policy.budget)
            .with_max_times(self.policy.times)
            .build();
        let mut waited = Duration::ZERO;
        loop {
            let outcome = self.inner.send(call.clone()).await;
            let Some(asked) = worth_repeating(&outcome, call.retry_after) else { return outcome };
            let Some(wait) = waits.next().map(|wait| wait.max(asked)) else { return outcome };
            waited = waited.saturating_add(wait);
            if waited > self.policy.budget {
                return outcome;
            }
            tracing::debug!(operation = call.operation, wait_ms = wait.as_millis(), "asking again");
            tokio::time::sleep(wait).await;
        }
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }
}

/// How long the provider asks to wait; `None` if the outcome stands.
fn worth_repeating(
    outcome: &Result<Response<Bytes>, TransportError>,
    headers: &[&str],
) -> Option<Duration> {
    match outcome {
        Err(error) if error.kind == TransportErrorKind::TooLarge => None,
        Err(_) => Some(Duration::ZERO),
        Ok(response) => match response.status() {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                Some(retry_after(response.headers(), headers).unwrap_or_default())
            }
            _ => None,
        },
    }
}

/// How many seconds an answer asks to wait, in the first of the headers `names` that holds a
/// number.
pub fn retry_after(headers: &HeaderMap, names: &[&str]) -> Option<Duration> {
    names
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs)
        .next()
}

struct Traced {
    inner: Arc<dyn Transport>,
}

#[async_trait]
impl Transport for Traced {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let span = tracing::info_span!(
            "payments.http",
            operation = call.operation,
            class = ?call.class,
            host = call.request.uri().host().unwrap_or_default(),
            status = tracing::field::Empty,
            failure = tracing::field::Empty,
        );
        let outcome = self.inner.send(call).instrument(span.clone()).await;
        match &outcome {
            Ok(response) => span.record("status", response.status().as_u16()),
            Err(error) => span.record("failure", tracing::field::debug(error.kind)),
        };
        outcome
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }
}

#[cfg(test)]
#[allow(clippy::missing_trait_methods)]
mod tests {
    use super::*;
    use crate::transport::Unreadable;
    use std::sync::Mutex;
    use tokio::time::Instant;

    /// Answers from a script and remembers when it was called.
    struct Scripted {
        answers: Mutex<Vec<Result<u16, TransportErrorKind>>>,
        calls: Mutex<Vec<Instant>>,
    }

    impl Scripted {
        fn new(mut answers: Vec<Result<u16, TransportErrorKind>>) -> Arc<Self> {
            answers.reverse();
            Arc::new(Self { answers: Mutex::new(answers), calls: Mutex::default() })
        }

        fn calls(&self) -> Vec<Instant> {
            self.calls.lock().unwrap().clone()
        }
    }

    #[async_trait]
    impl Transport for Scripted {
        async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
            self.calls.lock().unwrap().push(Instant::now());
            match self.answers.lock().unwrap().pop().unwrap_or(Ok(200)) {
                Ok(status) => Ok(Response::builder()
                    .status(status)
                    .header("x-wait", "3")
                    .body(Bytes::new())
                    .unwrap()),
                Err(kind) => Err(TransportError::new(kind, "scripted")),
            }
        }
    }

    fn request() -> http::Request<Bytes> {
        http::Request::get("https://gateway.example/").body(Bytes::new()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn only_inquiries_are_repeated() {
        for (call, times) in [
            (Call::inquiry("find", request()), 2),
            (Call::paid_inquiry("name", request()), 1),
            (Call::instruction("pay", request()), 1),
        ] {
            for failure in [Ok(503), Err(TransportErrorKind::ConnectionLost)] {
                let client = Scripted::new(vec![failure, Ok(200)]);
                let stack = Stack::new(client.clone()).build();
                let _ = stack.send(call.clone()).await;
                assert_eq!(client.calls().len(), times, "{call:?} after {failure:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_instruction_is_never_sent_as_an_inquiry() {
        let client = Scripted::new(vec![Ok(503), Ok(200)]);
        let stack = Stack::new(client.clone()).build();
        let refused = stack.inquire(Call::instruction("pay", request())).await.unwrap_err();
        assert_eq!(refused.kind(), crate::ErrorKind::Unsupported);
        assert_eq!(client.calls().len(), 0);
        let instructed = stack.instruct(Call::inquiry("pay", request())).await.unwrap();
        assert!(instructed.read::<()>(|_| Err(Unreadable::new("503"))).is_uncertain());
        assert_eq!(client.calls().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_that_the_provider_asks_for_is_kept() {
        let client = Scripted::new(vec![Ok(429), Ok(200)]);
        let stack = Stack::new(client.clone()).build();
        let call = Call::inquiry("find", request()).with_retry_after(&["x-wait"]);
        assert_eq!(stack.send(call).await.unwrap().status(), 200);
        let calls = client.calls();
        assert_eq!(calls[1] - calls[0], Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_budget_ends_the_patience() {
        let client = Scripted::new(vec![Ok(429), Ok(200)]);
        let retry = RetryPolicy::new(3, Duration::from_millis(1), Duration::from_secs(2));
        let stack = Stack::new(client.clone()).with_retry(retry).build();
        let call = Call::inquiry("find", request()).with_retry_after(&["x-wait"]);
        assert_eq!(stack.send(call).await.unwrap().status(), 429);
        assert_eq!(client.calls().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_is_never_exceeded_by_64_callers_and_their_repetitions() {
        let client = Scripted::new(vec![Ok(503), Ok(503), Ok(503)]);
        let stack = Stack::new(client.clone()).with_rate(Rate::per_second(3)).build();
        let callers = (0..64).map(|_| stack.send(Call::inquiry("find", request())));
        futures_util::future::join_all(callers).await;
        let calls = client.calls();
        assert_eq!(calls.len(), 67);
        for window in calls.windows(4) {
            assert!(window[3] - window[0] >= Duration::from_secs(1), "4 calls within a second");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_without_an_answer_times_out() {
        struct Silent;
        #[async_trait]
        impl Transport for Silent {
            async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
                std::future::pending().await
            }
        }
        let stack = Stack::new(Arc::new(Silent)).with_timeout(Duration::from_secs(5)).build();
        let sent = stack.instruct(Call::instruction("pay", request())).await.unwrap();
        let submission = sent.read::<()>(|_| unreachable!());
        assert!(submission.is_uncertain(), "{submission:?}");
    }
}
