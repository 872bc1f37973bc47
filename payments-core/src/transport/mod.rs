//! The HTTP seam: whole requests in, whole responses out, and what a failure proves.
//!
//! A provider says of every call whether it instructs or asks, because that decides what a lost
//! answer means: an instruction becomes uncertain, an inquiry is asked again. It calls
//! [`instruct`](crate::transport::Transport#method.instruct) or
//! [`inquire`](crate::transport::Transport#method.inquire), never [`Transport::send`] itself.

mod boot_clock;
mod call;
#[cfg(feature = "reqwest-without-tls")]
mod client;
mod confirmation;
mod deadline;
mod departure;
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

pub use boot_clock::BootInstant;
pub use call::{Call, CallClass};
#[cfg(feature = "reqwest-without-tls")]
pub use client::{HttpClient, HttpClientBuilder, HttpClientSettings};
pub use confirmation::confirming;
pub use departure::{Departure, DepartureDecision, with_departure, without_departure};
pub use rate_limit::Rate;
pub use retry_policy::{RetryPolicy, retry_after};
pub use sent::{Sent, Unreadable};
pub use stack::Stack;
pub use subject::Subject;
pub use unreached::{Unreached, unreached};

use crate::{Error, ErrorKind, Result, json, printable};

/// Sends one HTTP request and returns the whole answer.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends `call` at most once, follows no redirect, and reads the whole answer.
    ///
    /// # Errors
    /// [`TransportError`], which says whether anything may have been sent.
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError>;

    /// Whether instructions ask the [`Departure`] of their call before they leave, and whether
    /// their time limits end them without dropping their future.
    ///
    /// A transport that returns true calls [`Departure::depart`] once for each instruction that
    /// gets a connection, writes nothing after its `not_after`, counts what it writes, honours
    /// [`Call::deadline`], and returns [`TransportErrorKind::NotSent`] exactly if the count is
    /// zero. For a transport that returns false, the default, nothing is known of what left: a
    /// journal has to record the instruction before the provider is called at all. A layer around
    /// another transport returns what that transport returns.
    fn departs(&self) -> bool {
        false
    }

    /// The longest time of one call, if this transport limits it.
    ///
    /// A [`Stack`] makes it the deadline of the whole call, so that the wait for the rate limit and
    /// the repetitions are part of it and not added to it. `None`, the default, leaves it to the
    /// stack. A layer around another transport returns what that transport returns.
    fn call_time(&self) -> Option<Duration> {
        None
    }
}

/// A request without a whole answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// What happened, in one line, without secrets.
    pub message: String,
    retry_after: Option<Duration>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What happened to a request without a whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// Nothing was sent: no connection was made, or no byte of the request was written.
    NotSent,
    /// Nothing was sent, because too many calls of this credential wait for its rate limit; see
    /// [`TransportError::retry_after`].
    RateLimited,
    /// The connection ended before the whole answer arrived.
    ConnectionLost,
    /// No whole answer in time.
    TimedOut,
    /// The answer is larger than we read.
    TooLarge,
}

impl TransportErrorKind {
    /// Whether the failure proves that nothing was sent.
    pub fn proves_nothing_was_sent(self) -> bool {
        match self {
            Self::NotSent | Self::RateLimited => true,
            Self::ConnectionLost | Self::TimedOut | Self::TooLarge => false,
        }
    }
}

impl TransportError {
    /// A failure of this kind; `message` says what happened, without secrets.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        let message = printable::message(message.into()).into_owned();
        Self { kind, message, retry_after: None, source: None }
    }

    /// A call that was refused before it was sent, because too many calls of its credential wait;
    /// after `retry_after` there is room for another.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let message = "busy: too many calls wait for the rate limit; nothing was sent";
        let error = Self::new(TransportErrorKind::RateLimited, message);
        Self { retry_after: Some(retry_after), ..error }
    }

    /// How long to wait from now until the rate limit has room, if our own limiter refused the call.
    /// `None` for every other failure.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Keeps the cause. A JSON error is reduced to its place, because its text quotes what was
    /// read.
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
                (ErrorKind::Transport, "the connection ended before the whole answer arrived")
            }
            TransportErrorKind::TimedOut => (ErrorKind::Timeout, "no whole answer in time"),
            TransportErrorKind::TooLarge => (ErrorKind::Malformed, "the answer is too large"),
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
    /// Nothing left this machine. Whatever else happened is in [`Sent`], which has no way back
    /// to an error.
    pub async fn instruct(&self, mut call: Call) -> Result<Sent> {
        let operation = call.operation;
        if call.departure().is_none()
            && let Some(departure) = departure::departure_in_progress()
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
    /// There was no whole answer. An instruction is `Unsupported` here, and not sent: it would be
    /// repeated, and its lost answer would be an error.
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
