//! The rate limits of the User API, each version with its own headers.

use std::num::NonZeroU32;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header::RETRY_AFTER};

use super::{response::Problem, v1};
use crate::gateway::Gateway;

/// A limit of requests in each second of the gateway's clock, or none. SePay counts by address, and
/// every caller here has the same.
#[derive(Debug)]
pub(crate) struct RateLimit {
    per_second: Option<NonZeroU32>,
    window: Mutex<Window>,
    refused: AtomicU64,
}

#[derive(Debug)]
struct Window {
    second: i64,
    left: u32,
}

/// The verdict of the limit on one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// There is no limit.
    Free,
    /// It is within the limit, and `left` more are.
    Fits { left: u32 },
    /// It is beyond the limit.
    Refused,
}

impl RateLimit {
    pub(crate) fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            per_second,
            window: Mutex::new(Window { second: i64::MIN, left: 0 }),
            refused: AtomicU64::new(0),
        }
    }

    /// How many requests were refused so far.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn take(&self, now: i64) -> Verdict {
        let Some(per_second) = self.per_second else { return Verdict::Free };
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.second != now {
            *window = Window { second: now, left: per_second.get() };
        }
        match window.left.checked_sub(1) {
            Some(left) => {
                window.left = left;
                Verdict::Fits { left }
            }
            None => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Verdict::Refused
            }
        }
    }
}

/// Seconds until the next refill: always one, because the gateway's clock counts whole seconds.
const SECONDS_TO_REFILL: u32 = 1;

/// Adds the headers of v2, which are on every response (source: developer.sepay.vn, SePay API v2:
/// authentication).
pub(super) async fn v2(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let limit = &gateway.v2_limit;
    let verdict = limit.take(gateway.now());
    let (mut response, left) = match verdict {
        Verdict::Free => return next.run(request).await,
        Verdict::Fits { left } => (next.run(request).await, left),
        Verdict::Refused => (Problem::RateLimited.into_response(), 0),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (HeaderName::from_static("x-ratelimit-limit"), limit.per_second.map_or(0, NonZeroU32::get)),
        (HeaderName::from_static("x-ratelimit-remaining"), left),
        (HeaderName::from_static("x-ratelimit-reset"), SECONDS_TO_REFILL),
    ] {
        headers.insert(name, HeaderValue::from(value));
    }
    if verdict == Verdict::Refused {
        headers.insert(RETRY_AFTER, HeaderValue::from(SECONDS_TO_REFILL));
    }
    response
}

/// Adds the headers of v1, which are on refusals only (source: SePay API v1: introduction).
pub(super) async fn v1(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    if gateway.v1_limit.take(gateway.now()) != Verdict::Refused {
        return next.run(request).await;
    }
    let mut response = v1::rate_limited();
    response.headers_mut().insert(
        HeaderName::from_static("x-sepay-userapi-retry-after"),
        HeaderValue::from(SECONDS_TO_REFILL),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_own_allowance_and_refusals_are_counted() {
        let limit = RateLimit::new(NonZeroU32::new(2));
        let taken: Vec<_> = [7, 7, 7, 8].into_iter().map(|now| limit.take(now)).collect();
        let fits = |left| Verdict::Fits { left };
        assert_eq!(taken, [fits(1), fits(0), Verdict::Refused, fits(1)]);
        assert_eq!(limit.refused(), 1);
        assert_eq!(RateLimit::new(None).take(7), Verdict::Free);
    }
}
