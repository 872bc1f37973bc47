//! The HTTP transport: a request in, a whole response or a failure out, and what the failure
//! proves.
//!
//! A provider declares for every call whether it is an instruction or an inquiry, because a lost
//! response means different things: an instruction becomes uncertain, an inquiry is repeated. It
//! calls [`instruct`](crate::transport::Transport#method.instruct) or
//! [`inquire`](crate::transport::Transport#method.inquire), never [`Transport::send`] itself.

mod call;
#[cfg(feature = "reqwest-without-tls")]
mod client;
mod deadline;
mod rate_limit;
mod retry_policy;
mod sent;
mod stack;
mod subject;
mod trace;
mod unreached;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;

pub use call::{Call, CallClass};
#[cfg(feature = "reqwest-without-tls")]
pub use client::{HttpClient, HttpClientBuilder, HttpClientSettings};
pub use payments_core::transport::{
    BootInstant, Departure, DepartureDecision, confirmation_ends_at, confirming,
    departure_in_progress, with_departure, without_departure,
};
pub use rate_limit::Rate;
pub use retry_policy::{RetryPolicy, retry_after};
pub use sent::{Sent, Unreadable};
pub use stack::Stack;
pub use subject::Subject;
pub use unreached::{Unreached, unreached};

use payments_core::{Error, ErrorKind, Result, json, printable_message};

/// Sends one HTTP request and returns the whole response.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends `call` at most once and returns the whole response. It does not follow redirects.
    ///
    /// # Errors
    /// Returns a [`TransportError`] if there is no whole response. Its kind shows whether anything
    /// may have been sent.
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError>;

    /// Returns whether instructions ask the [`Departure`] of their call before they are sent, and
    /// whether their time limits end them without dropping their future.
    ///
    /// A transport that returns `true` calls [`Departure::depart`] once for each instruction that
    /// gets a connection, writes nothing after its `not_after`, counts the bytes that it writes,
    /// observes [`Call::deadline`], and returns [`TransportErrorKind::NotSent`] exactly if the
    /// count is zero. For a transport that returns `false`, the default, it is not known what was
    /// sent, so a journal has to record the instruction before the provider is called. A layer
    /// around another transport returns the value of that transport.
    fn departs(&self) -> bool {
        false
    }

    /// Returns the longest time of one call, or `None`, the default, if this transport does not
    /// limit it.
    ///
    /// A [`Stack`] uses it as the deadline of the whole call, which then includes the wait for the
    /// rate limit and the retries. A layer around another transport returns the value of that
    /// transport.
    fn call_time(&self) -> Option<Duration> {
        None
    }
}

/// A request to which there is no whole response.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct TransportError {
    /// The kind of the failure.
    pub kind: TransportErrorKind,
    /// A description of the failure, in one line, without secrets.
    pub message: String,
    retry_after: Option<Duration>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kind of the failure of a request to which there is no whole response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// Nothing was sent: no connection was made, or no byte of the request was written.
    NotSent,
    /// Nothing was sent, because too many calls of this credential wait for its rate limit; see
    /// [`TransportError::retry_after`].
    RateLimited,
    /// The connection ended before the whole response arrived.
    ConnectionLost,
    /// The whole response did not arrive in time.
    TimedOut,
    /// The response is larger than the limit.
    TooLarge,
}

impl TransportErrorKind {
    /// Returns whether the failure proves that nothing was sent.
    pub fn proves_nothing_was_sent(self) -> bool {
        match self {
            Self::NotSent | Self::RateLimited => true,
            Self::ConnectionLost | Self::TimedOut | Self::TooLarge => false,
        }
    }
}

impl TransportError {
    /// Creates a failure of this kind. `message` describes it, without secrets.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        let message = printable_message(message.into()).into_owned();
        Self { kind, message, retry_after: None, source: None }
    }

    /// Creates a [`RateLimited`](TransportErrorKind::RateLimited) failure: the call was not sent,
    /// because too many calls of its credential wait. After `retry_after` there is room for another
    /// call.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let message = "busy: too many calls wait for the rate limit; nothing was sent";
        let error = Self::new(TransportErrorKind::RateLimited, message);
        Self { retry_after: Some(retry_after), ..error }
    }

    /// Returns how long to wait from now until the rate limit has room, if the rate limiter of this
    /// crate refused the call. Returns `None` for every other failure.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Sets the cause. A JSON error is reduced to its position, because its text quotes the input.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(json::without_content(source.into()));
        self
    }

    fn into_error(self, operation: &'static str) -> Error {
        let (kind, message) = match self.kind {
            TransportErrorKind::NotSent => {
                (ErrorKind::Transport, "the provider cannot be reached; nothing was sent")
            }
            TransportErrorKind::RateLimited => (
                ErrorKind::RateLimited,
                "busy: too many calls wait for the rate limit of this credential; nothing was sent",
            ),
            TransportErrorKind::ConnectionLost => {
                (ErrorKind::Transport, "the connection ended before the whole response arrived")
            }
            TransportErrorKind::TimedOut => {
                (ErrorKind::Timeout, "the whole response did not arrive in time")
            }
            TransportErrorKind::TooLarge => (ErrorKind::Malformed, "the response is too large"),
        };
        let mut error = Error::new(kind, message).with_operation(operation);
        if let Some(after) = self.retry_after {
            error = error.with_retry_after(after);
        }
        error.with_source(self)
    }
}

impl dyn Transport {
    /// Sends an instruction: a call that may move money or change something.
    ///
    /// # Errors
    /// Returns an error if nothing left this machine. Every other outcome is in [`Sent`], which
    /// cannot be converted into an error.
    pub async fn instruct(&self, mut call: Call) -> Result<Sent> {
        let operation = call.operation;
        if call.departure().is_none()
            && let Some(departure) = departure_in_progress()
        {
            call = call.with_departure(departure);
        }
        match self.send(call.of_class(CallClass::Instruction)).await {
            Err(error) if error.kind.proves_nothing_was_sent() => Err(error.into_error(operation)),
            outcome => Ok(Sent::new(outcome)),
        }
    }

    /// Sends an inquiry: a call without an effect, which may be repeated.
    ///
    /// # Errors
    /// Returns an error if there is no whole response. Returns `Unsupported`, and sends nothing,
    /// for an instruction, because it would be repeated and its lost response would be an error.
    pub async fn inquire(&self, call: Call) -> Result<Response<Bytes>> {
        let operation = call.operation;
        if call.class == CallClass::Instruction {
            let error = Error::unsupported("an instruction is sent by `instruct`, not `inquire`");
            return Err(error.with_operation(operation));
        }
        self.send(call).await.map_err(|error| error.into_error(operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_that_was_refused_for_the_rate_says_when_to_try_again() {
        let busy = TransportError::rate_limited(Duration::from_secs(5));
        assert_eq!(busy.retry_after(), Some(Duration::from_secs(5)));
        let late = TransportError::new(TransportErrorKind::TimedOut, "late");
        assert_eq!(late.retry_after(), None);
    }
}
