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
mod departure;
mod layer;
mod sent;
mod subject;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;

pub use boot_clock::BootInstant;
pub use call::{Call, CallClass};
#[cfg(feature = "reqwest-without-tls")]
pub use client::{HttpClient, HttpClientSettings};
pub use departure::{Departure, DepartureDecision, with_departure, without_departure};
pub use layer::{Rate, RetryPolicy, Stack, retry_after};
pub use sent::{Sent, Unreadable};
pub use subject::Subject;

use crate::{Error, ErrorKind, Result};

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
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What happened to a request without a whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made: the only failure that proves that nothing was sent.
    NotSent,
    /// The connection ended before the whole answer arrived.
    ConnectionLost,
    /// No whole answer in time.
    TimedOut,
    /// The answer is larger than we read.
    TooLarge,
}

impl TransportError {
    /// A failure of this kind; `message` says what happened, without secrets.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Keeps the cause.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    fn into_error(self, operation: &'static str) -> Error {
        let (kind, message) = match self.kind {
            TransportErrorKind::NotSent => {
                (ErrorKind::Transport, "the provider cannot be reached; nothing was sent")
            }
            TransportErrorKind::ConnectionLost => {
                (ErrorKind::Transport, "the connection ended before the whole answer arrived")
            }
            TransportErrorKind::TimedOut => (ErrorKind::Timeout, "no whole answer in time"),
            TransportErrorKind::TooLarge => (ErrorKind::Malformed, "the answer is too large"),
        };
        Error::new(kind, message).with_operation(operation).with_source(self)
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
            Err(error) if error.kind == TransportErrorKind::NotSent => {
                Err(error.into_error(operation))
            }
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
