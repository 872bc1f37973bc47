//! The layers around a client, in one fixed order: trace, deadline, retry, rate limit, client.
//!
//! The deadline is outside of the retry and the rate limit, so that waits and repetitions are part
//! of the call's time; the rate limit is inside of the retry, so that a repeated inquiry counts
//! against it too.

use std::sync::Arc;
use std::time::Duration;

use super::{
    Rate, RetryPolicy, Transport, deadline::Deadline, rate_limit::RateLimit, retry_policy::Retry,
    trace::Trace,
};

/// Puts the layers around a client.
#[derive(Clone)]
pub struct Stack {
    client: Arc<dyn Transport>,
    call_time: Option<Duration>,
    rate: Option<Rate>,
    retry: RetryPolicy,
}

/// The time of a call where neither the stack nor its client says one.
const CALL_TIME: Duration = Duration::from_secs(60);

impl Stack {
    /// The layers around `client`: tracing, a deadline and the default retries of inquiries.
    pub fn new(client: Arc<dyn Transport>) -> Self {
        Self { client, call_time: None, rate: None, retry: RetryPolicy::default() }
    }

    /// Limits the time of a whole call: waits for the rate, repetitions and sends together.
    ///
    /// Without it a call has the time that the client says ([`Transport::call_time`]), and else 60 s.
    #[must_use]
    pub fn with_call_time(mut self, call_time: Duration) -> Self {
        self.call_time = Some(call_time);
        self
    }

    /// Limits how often calls are made. Those that wait are served in the order in which they
    /// began; what could not be served before its deadline is refused at once with
    /// [`RateLimited`](super::TransportErrorKind::RateLimited).
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
        let call_time = self.call_time.or_else(|| self.client.call_time()).unwrap_or(CALL_TIME);
        let mut transport = self.client;
        if let Some(rate) = self.rate {
            transport = Arc::new(RateLimit::new(transport, rate));
        }
        transport = Arc::new(Retry::new(transport, self.retry));
        transport = Arc::new(Deadline::new(transport, call_time));
        Arc::new(Trace::new(transport))
    }
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack")
            .field("call_time", &self.call_time)
            .field("rate", &self.rate)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
