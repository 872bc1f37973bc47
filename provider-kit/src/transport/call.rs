//! A call: an HTTP request, and whether it is an instruction or an inquiry.

use std::panic::Location;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use tokio::time::Instant;

use super::{Departure, Subject};

/// An HTTP request with its class and the operation that it belongs to.
#[derive(Clone)]
#[non_exhaustive]
pub struct Call {
    /// Whether it is an instruction or an inquiry. The provider sets it, because the HTTP method
    /// does not show it: a POST can be an inquiry and a GET an instruction.
    pub class: CallClass,
    /// The operation, such as `create_payout`.
    pub operation: &'static str,
    /// The order, payout, refund or virtual account that the call is about, if there is one.
    pub about: Option<Subject>,
    /// The time by which all waits, retries and sends of the call end. `None` means no limit. A
    /// transport whose [`departs`](super::Transport::departs) returns `true` ends an
    /// [instruction](CallClass::Instruction) at this time itself: no layer drops the future of an
    /// instruction after passing it to such a transport.
    pub deadline: Option<Instant>,
    /// The HTTP request.
    pub request: Request<Bytes>,
    /// The names of the headers in which this provider gives the number of seconds to wait.
    pub retry_after: &'static [&'static str],
    /// The line of source that created the call, so that tests can point to it.
    pub made_at: &'static Location<'static>,
    departure: Option<Arc<dyn Departure>>,
}

/// Whether a call is an instruction or an inquiry.
#[doc(alias("instruction", "inquiry", "command", "status query", "sync"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallClass {
    /// The call may have an effect, so it is sent at most once.
    Instruction,
    /// The call has no effect, so it may be sent several times.
    Inquiry,
    /// The call has no effect except that the merchant pays a fee for it, so it is sent once.
    PaidInquiry,
}

impl Call {
    /// Creates an inquiry.
    #[track_caller]
    pub fn inquiry(operation: &'static str, request: Request<Bytes>) -> Self {
        Self {
            class: CallClass::Inquiry,
            operation,
            about: None,
            deadline: None,
            request,
            retry_after: &["retry-after"],
            made_at: Location::caller(),
            departure: None,
        }
    }

    /// Creates an inquiry that costs a fee.
    #[track_caller]
    pub fn paid_inquiry(operation: &'static str, request: Request<Bytes>) -> Self {
        Self::inquiry(operation, request).of_class(CallClass::PaidInquiry)
    }

    /// Creates an instruction.
    #[track_caller]
    pub fn instruction(operation: &'static str, request: Request<Bytes>) -> Self {
        Self::inquiry(operation, request).of_class(CallClass::Instruction)
    }

    /// Sets the names of the headers in which this provider gives the number of seconds to wait.
    #[must_use]
    pub fn with_retry_after(mut self, headers: &'static [&'static str]) -> Self {
        self.retry_after = headers;
        self
    }

    /// Sets the order, payout, refund or virtual account that the call is about.
    #[must_use]
    pub fn with_about(mut self, subject: impl Into<Subject>) -> Self {
        self.about = Some(subject.into());
        self
    }

    /// Sets the deadline of the call, unless it already has an earlier one.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(deadline, |earlier| earlier.min(deadline)));
        self
    }

    /// Sets the [`Departure`] that decides whether the call may be sent. `instruct` sets the
    /// departure that was passed to [`with_departure`](super::with_departure).
    #[must_use]
    pub fn with_departure(mut self, departure: Arc<dyn Departure>) -> Self {
        self.departure = Some(departure);
        self
    }

    /// Returns the [`Departure`] that decides whether the call may be sent. A transport whose
    /// [`departs`](super::Transport::departs) returns `true` asks it once.
    pub fn departure(&self) -> Option<&Arc<dyn Departure>> {
        self.departure.as_ref()
    }

    pub(super) fn of_class(mut self, class: CallClass) -> Self {
        self.class = class;
        self
    }
}

impl std::fmt::Debug for Call {
    /// Leaves out query, headers and body, because they contain secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Call({:?} {}: {} {})",
            self.class,
            self.operation,
            self.request.method(),
            self.request.uri().host().unwrap_or("?")
        )
    }
}
