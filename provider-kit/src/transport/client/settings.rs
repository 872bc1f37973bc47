//! Limits of the HTTP client.

use std::time::Duration;

/// Limits of the HTTP client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpClientSettings {
    /// The longest wait for a connection: name resolution, addresses and TLS together.
    pub connect_timeout: Duration,
    /// The longest wait for the whole response, including the connection.
    pub timeout: Duration,
    /// The largest body that is read, in bytes.
    pub largest_answer: usize,
}

impl Default for HttpClientSettings {
    /// Returns 10 s to connect, 60 s in all and 8 MiB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            largest_answer: 8 * 1024 * 1024,
        }
    }
}

impl HttpClientSettings {
    /// Sets the longest wait for a connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the longest wait for the whole response.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the largest body that is read, in bytes.
    #[must_use]
    pub fn with_largest_answer(mut self, bytes: usize) -> Self {
        self.largest_answer = bytes;
        self
    }
}
