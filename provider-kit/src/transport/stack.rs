//! The layers around a client, in a fixed order: trace, deadline, retry, rate limit, client.
//!
//! The deadline is outside the retry and the rate limit, so that waits and retries are part of the
//! call's time. The rate limit is inside the retry, so that a repeated inquiry counts as another
//! call.

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

/// The time of a call if neither the stack nor its client sets one.
const CALL_TIME: Duration = Duration::from_secs(60);

impl Stack {
    /// Creates the layers around `client`: tracing, a deadline and the default retries of
    /// inquiries.
    pub fn new(client: Arc<dyn Transport>) -> Self {
        Self { client, call_time: None, rate: None, retry: RetryPolicy::default() }
    }

    /// Sets the longest time of a whole call: waits for the rate limit, retries and sends together.
    ///
    /// Without it, the client's [`Transport::call_time`] applies, or 60 s if the client has none.
    #[must_use]
    pub fn with_call_time(mut self, call_time: Duration) -> Self {
        self.call_time = Some(call_time);
        self
    }

    /// Limits the rate of calls. Waiting calls are sent in the order in which they arrive. A call
    /// that cannot be sent before its deadline is refused immediately with
    /// [`RateLimited`](super::TransportErrorKind::RateLimited).
    #[must_use]
    pub fn with_rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// Sets how often and how soon failed inquiries are sent again.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Returns the client with its layers.
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
