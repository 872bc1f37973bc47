//! The limits of the inbox.

use std::time::Duration;

/// Limits for accepting and confirming deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboxLimits {
    /// How long a gateway waits at most for its reply. A delivery that is not stored by then is
    /// requested again. The default is 4 s.
    pub durable_within: Duration,
    /// How many unsigned deliveries may wait for their confirmation at one endpoint. Further ones
    /// are refused for now and requested again. The default is 1,000.
    pub unconfirmed: u64,
    /// How many refused deliveries of one endpoint are kept as samples. The default is 20.
    pub samples: u64,
    /// How long inquiries are sent about a delivery that the provider does not know. The default is
    /// 72 h. Inquiries to a provider that cannot be reached are repeated without end.
    pub confirm_for: Duration,
}

impl Default for InboxLimits {
    fn default() -> Self {
        Self {
            durable_within: Duration::from_secs(4),
            unconfirmed: 1_000,
            samples: 20,
            confirm_for: Duration::from_secs(72 * 3_600),
        }
    }
}

impl InboxLimits {
    /// Sets how long a gateway waits at most for its reply.
    #[must_use]
    pub fn with_durable_within(mut self, time: Duration) -> Self {
        self.durable_within = time;
        self
    }

    /// Sets how many unsigned deliveries wait for their confirmation at one endpoint.
    #[must_use]
    pub fn with_unconfirmed(mut self, most: u64) -> Self {
        self.unconfirmed = most;
        self
    }

    /// Sets how many refused deliveries of one endpoint are kept as samples.
    #[must_use]
    pub fn with_samples(mut self, most: u64) -> Self {
        self.samples = most;
        self
    }

    /// Sets how long inquiries are sent about a delivery that the provider does not know.
    #[must_use]
    pub fn with_confirm_for(mut self, time: Duration) -> Self {
        self.confirm_for = time;
        self
    }
}
