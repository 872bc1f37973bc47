//! The rate limit of the User API.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header::RETRY_AFTER};

use super::answer::Problem;
use crate::simulator::gateway::Gateway;

/// So many requests in each second of the gateway's clock. Every caller here is the same address,
/// which is what SePay counts by.
#[derive(Debug)]
pub(in crate::simulator) struct RateLimit {
    per_second: NonZeroU32,
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    second: i64,
    left: u32,
}

impl RateLimit {
    pub(in crate::simulator) fn new(per_second: NonZeroU32) -> Self {
        Self { per_second, window: Mutex::new(Window { second: i64::MIN, left: 0 }) }
    }

    /// How many more requests fit after this one; `None` when this one does not.
    fn take(&self, now: i64) -> Option<u32> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.second != now {
            *window = Window { second: now, left: self.per_second.get() };
        }
        window.left = window.left.checked_sub(1)?;
        Some(window.left)
    }
}

/// The gateway's clock counts whole seconds, so that the next refill is always one away.
const SECONDS_TO_REFILL: u32 = 1;

pub(super) async fn apply(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(limit) = &gateway.rate_limit else { return next.run(request).await };
    let left = limit.take(gateway.now());
    let mut response = match left {
        Some(_) => next.run(request).await,
        None => Problem::RateLimited.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (HeaderName::from_static("x-ratelimit-limit"), limit.per_second.get()),
        (HeaderName::from_static("x-ratelimit-remaining"), left.unwrap_or(0)),
        (HeaderName::from_static("x-ratelimit-reset"), SECONDS_TO_REFILL),
    ] {
        headers.insert(name, HeaderValue::from(value));
    }
    if left.is_none() {
        headers.insert(RETRY_AFTER, HeaderValue::from(SECONDS_TO_REFILL));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_own_allowance() {
        let limit = RateLimit::new(NonZeroU32::new(2).unwrap());
        let taken: Vec<_> = [7, 7, 7, 8].into_iter().map(|now| limit.take(now)).collect();
        assert_eq!(taken, [Some(1), Some(0), None, Some(1)]);
    }
}
