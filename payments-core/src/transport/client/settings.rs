//! Limits of the HTTP client.

use std::time::Duration;

/// Limits of the HTTP client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpClientSettings {
    /// How long to wait for a connection: name, addresses and TLS together.
    pub connect_timeout: Duration,
    /// How long to wait for the whole answer, connecting included.
    pub timeout: Duration,
    /// The largest body to read, in bytes.
    pub largest_answer: usize,
}

impl Default for HttpClientSettings {
    /// 10 s to connect, 60 s in all, 8 MiB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            largest_answer: 8 * 1024 * 1024,
        }
    }
}

impl HttpClientSettings {
    /// Sets how long to wait for a connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long to wait for the whole answer.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the largest body to read.
    #[must_use]
    pub fn with_largest_answer(mut self, bytes: usize) -> Self {
        self.largest_answer = bytes;
        self
    }
}
