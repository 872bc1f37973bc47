//! One call: a request, and whether it instructs or asks.

use std::panic::Location;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use tokio::time::Instant;

use super::{Departure, Subject};

/// One HTTP request, its class, and the operation it belongs to.
#[derive(Clone)]
#[non_exhaustive]
pub struct Call {
    /// Whether it instructs or asks. Said, not guessed: a POST can be an inquiry and a GET an
    /// instruction.
    pub class: CallClass,
    /// The operation, such as `create_payout`.
    pub operation: &'static str,
    /// The order, payout, refund or virtual account that it is about, if there is one.
    pub about: Option<Subject>,
    /// The time at which the caller stops waiting, if it is limited: waits, repetitions and sends
    /// all end by then. A transport that [departs](super::Transport::departs) ends an instruction
    /// itself; no layer drops the future of an instruction that has reached it.
    pub deadline: Option<Instant>,
    /// What is sent.
    pub request: Request<Bytes>,
    /// The headers in which this provider says how many seconds to wait.
    pub retry_after: &'static [&'static str],
    /// The line of source that made it, so that tests can point there.
    pub made_at: &'static Location<'static>,
    departure: Option<Arc<dyn Departure>>,
}

/// Whether a call instructs or asks.
#[doc(alias("instruction", "inquiry", "command", "status query", "sync"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallClass {
    /// It may have an effect: sent at most once.
    Instruction,
    /// It has none: sent again if it must be.
    Inquiry,
    /// It has none on money held and costs a fee: sent once.
    PaidInquiry,
}

impl Call {
    /// An inquiry.
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

    /// An inquiry that costs a fee.
    #[track_caller]
    pub fn paid_inquiry(operation: &'static str, request: Request<Bytes>) -> Self {
        Self::inquiry(operation, request).of_class(CallClass::PaidInquiry)
    }

    /// An instruction.
    #[track_caller]
    pub fn instruction(operation: &'static str, request: Request<Bytes>) -> Self {
        Self::inquiry(operation, request).of_class(CallClass::Instruction)
    }

    /// Says in which headers this provider says how many seconds to wait.
    #[must_use]
    pub fn with_retry_after(mut self, headers: &'static [&'static str]) -> Self {
        self.retry_after = headers;
        self
    }

    /// Sets what the call is about.
    #[must_use]
    pub fn with_about(mut self, subject: impl Into<Subject>) -> Self {
        self.about = Some(subject.into());
        self
    }

    /// Limits the time of the call; an earlier limit stays.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(deadline, |earlier| earlier.min(deadline)));
        self
    }

    /// Sets who decides whether the call may leave; `instruct` sets it from
    /// [`with_departure`](super::with_departure).
    #[must_use]
    pub fn with_departure(mut self, departure: Arc<dyn Departure>) -> Self {
        self.departure = Some(departure);
        self
    }

    /// Who decides whether the call may leave. A transport that
    /// [departs](super::Transport::departs) asks it once.
    pub fn departure(&self) -> Option<&Arc<dyn Departure>> {
        self.departure.as_ref()
    }

    pub(super) fn of_class(mut self, class: CallClass) -> Self {
        self.class = class;
        self
    }
}

impl std::fmt::Debug for Call {
    /// Without query, headers and body, which carry secrets.
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
