//! The limits of the inbox.

use std::time::Duration;

/// How deliveries are accepted and confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboxLimits {
    /// How long a gateway waits at most for its reply: what is not durable by then is requested
    /// again. 4 s unless set.
    pub durable_within: Duration,
    /// How many deliveries that anybody may have sent wait for their confirmation at one endpoint;
    /// beyond that, more are requested again later. 1,000 unless set.
    pub unconfirmed: u64,
    /// How many refused deliveries of one endpoint are kept to look at. 20 unless set.
    pub samples: u64,
    /// How long a provider is asked about what it does not know. 72 h unless set. A provider that
    /// cannot be reached is asked without end.
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

    /// Sets how many refused deliveries of one endpoint are kept to look at.
    #[must_use]
    pub fn with_samples(mut self, most: u64) -> Self {
        self.samples = most;
        self
    }

    /// Sets how long a provider is asked about what it does not know.
    #[must_use]
    pub fn with_confirm_for(mut self, time: Duration) -> Self {
        self.confirm_for = time;
        self
    }
}
