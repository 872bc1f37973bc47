//! The client, clock and retry policy that a provider under test is built with.

use std::fmt;
use std::sync::Arc;

use payments_core::Clock;
use provider_kit::{
    registry::Context,
    transport::{RetryPolicy, Transport},
};

/// The client, clock and retry policy of a provider under test.
#[derive(Clone)]
#[non_exhaustive]
pub struct Tuning {
    /// The HTTP client, with its time limits. Pass it to the provider; do not replace it.
    pub client: Arc<dyn Transport>,
    /// The gateway's clock.
    pub clock: Arc<dyn Clock>,
    /// The retry policy of inquiries.
    pub retry: RetryPolicy,
    pub(crate) keeps_the_rate: bool,
}

/// A rate limit that no test reaches.
const LIFTED: u32 = 1_000_000;

impl Tuning {
    pub(crate) fn new(
        client: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        retry: RetryPolicy,
    ) -> Self {
        Self { client, clock, retry, keeps_the_rate: false }
    }

    /// Returns the context for the build function of a registration.
    pub fn context(&self) -> Context {
        Context::new(Arc::clone(&self.client))
            .with_clock(Arc::clone(&self.clock))
            .with_retry(self.retry)
    }

    /// Returns the rate limit to configure in the provider, if it has such a setting. In the law
    /// about rate limits this is `documented`; in all others it is so high that no test waits.
    pub fn calls_per_second(&self, documented: u32) -> u32 {
        if self.keeps_the_rate { documented } else { LIFTED }
    }
}

impl fmt::Debug for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tuning")
            .field("retry", &self.retry)
            .field("keeps_the_rate", &self.keeps_the_rate)
            .finish_non_exhaustive()
    }
}
