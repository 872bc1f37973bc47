//! Repeats inquiries to which there was no response from the gateway, with growing random waits.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use tokio::time::Instant;

use super::{
    Call, CallClass, Transport, TransportError, TransportErrorKind,
    deadline::{can_wait, earliest},
};

/// How often and how soon failed inquiries are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The greatest number of retries. The first attempt is not a retry.
    pub times: usize,
    /// The wait before the first retry. The wait doubles with every retry, and a random time of up
    /// to its own length is added, so that callers that failed together do not return together.
    pub first_wait: Duration,
    /// The time from the first attempt within which all retries and their waits must end. The first
    /// attempt is limited only by the time of the call.
    pub budget: Duration,
}

impl Default for RetryPolicy {
    /// Returns a policy of 3 retries, after at least 200, 400 and 800 ms, within 10 s.
    fn default() -> Self {
        Self { times: 3, first_wait: Duration::from_millis(200), budget: Duration::from_secs(10) }
    }
}

impl RetryPolicy {
    /// Creates a policy of at most `times` retries, the first after `first_wait`, within `budget`.
    pub const fn new(times: usize, first_wait: Duration, budget: Duration) -> Self {
        Self { times, first_wait, budget }
    }
}

/// A transport that sends failed inquiries again, but never instructions or paid inquiries.
pub(super) struct Retry {
    inner: Arc<dyn Transport>,
    policy: RetryPolicy,
}

impl Retry {
    pub(super) fn new(inner: Arc<dyn Transport>, policy: RetryPolicy) -> Self {
        Self { inner, policy }
    }
}

#[async_trait]
impl Transport for Retry {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        if call.class != CallClass::Inquiry {
            return self.inner.send(call).await;
        }
        let RetryPolicy { times, first_wait, budget } = self.policy;
        let waits = ExponentialBuilder::default()
            .with_min_delay(first_wait)
            .with_max_delay(budget)
            .with_max_times(times)
            .with_jitter()
            .build();
        let ends_at = earliest(call.deadline, Instant::now().checked_add(budget));
        let mut outcome = self.inner.send(call.clone()).await;
        for wait in waits {
            let Some(asked) = requested_wait(&outcome, call.retry_after) else { break };
            // The random part is added to the time that the provider asks for.
            let wait = wait.saturating_add(asked);
            let Some(begins_at) = Instant::now().checked_add(wait) else { break };
            if ends_at.is_some_and(|ends_at| begins_at >= ends_at) || !can_wait() {
                break;
            }
            tracing::debug!(operation = call.operation, wait_ms = wait.as_millis(), "asking again");
            tokio::time::sleep_until(begins_at).await;
            let again = match ends_at {
                Some(ends_at) => {
                    let again = self.inner.send(call.clone().with_deadline(ends_at));
                    // This also ends calls of clients that do not observe deadlines.
                    let Ok(again) = tokio::time::timeout_at(ends_at, again).await else { break };
                    again
                }
                None => self.inner.send(call.clone()).await,
            };
            match again {
                // It was not sent, so the earlier response of the provider is more informative.
                Err(error) if error.kind == TransportErrorKind::RateLimited => break,
                again => outcome = again,
            }
        }
        outcome
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }

    fn call_time(&self) -> Option<Duration> {
        self.inner.call_time()
    }
}

/// Returns how long the gateway asks to wait before a retry, or `None` if the outcome is final.
fn requested_wait(
    outcome: &Result<Response<Bytes>, TransportError>,
    headers: &[&str],
) -> Option<Duration> {
    match outcome {
        Err(error) => match error.kind {
            TransportErrorKind::TooLarge | TransportErrorKind::RateLimited => None,
            _ => Some(Duration::ZERO),
        },
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

/// Returns how long a response asks to wait, in seconds or as a date (RFC 9110, section 10.2.3).
/// The first of the headers `names` that gives it is used. Returns `None` if none does.
///
/// A date is compared with the response's own `Date`, so that a wrong clock on either side does not
/// matter, or with the system's time if there is none. A date in the past gives a wait of zero.
pub fn retry_after(headers: &HeaderMap, names: &[&str]) -> Option<Duration> {
    names.iter().find_map(|name| {
        let text = headers.get(*name)?.to_str().ok()?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number of seconds that does not fit is longer than anybody waits.
            return Some(text.parse().map_or(Duration::MAX, Duration::from_secs));
        }
        let until = httpdate::parse_http_date(text).ok()?;
        let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let now = date.and_then(|date| httpdate::parse_http_date(date.trim()).ok());
        Some(until.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default())
    })
}
