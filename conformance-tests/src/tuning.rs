//! What a provider under test is built with.

use std::fmt;
use std::sync::Arc;

use payments_core::{
    Clock,
    registry::Context,
    transport::{RetryPolicy, Transport},
};

/// The way to the network, the time and the patience of a provider under test.
#[derive(Clone)]
#[non_exhaustive]
pub struct Tuning {
    /// The HTTP client, with its time limits: hand it on, and put no other in its place.
    pub client: Arc<dyn Transport>,
    /// The gateway's clock.
    pub clock: Arc<dyn Clock>,
    /// How inquiries are repeated.
    pub retry: RetryPolicy,
    keeps_the_rate: bool,
}

/// A rate that no test reaches.
const LIFTED: u32 = 1_000_000;

impl Tuning {
    pub(crate) fn new(
        client: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        retry: RetryPolicy,
    ) -> Self {
        Self { client, clock, retry, keeps_the_rate: false }
    }

    pub(crate) fn keeping_the_rate(mut self) -> Self {
        self.keeps_the_rate = true;
        self
    }

    /// All of it as a registration's build function takes it.
    pub fn context(&self) -> Context {
        Context::new(Arc::clone(&self.client))
            .with_clock(Arc::clone(&self.clock))
            .with_retry(self.retry)
    }

    /// How often the provider may call in a second, where it has such a setting: the
    /// `documented` figure in the law about it, and elsewhere so high that no test waits.
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
