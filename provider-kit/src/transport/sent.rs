//! An instruction that may have been sent.

use std::fmt;

use bytes::Bytes;
use http::Response;
use payments_core::{
    Submission, Uncertain, UncertainCause,
    json::{self, JsonError},
    printable_message,
};

use super::{TransportError, TransportErrorKind};

/// An instruction that may have been sent. It cannot be converted into an error: a response that
/// cannot be read is [`Submission::Uncertain`].
#[must_use = "an instruction was sent: read its response"]
pub struct Sent(Result<Response<Bytes>, TransportError>);

/// A response that is not as the gateway documents it for the operation.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Unreadable {
    message: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Unreadable {
    /// Creates the report of a response that cannot be read. `message` is the reason.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: printable_message(message.into()).into_owned(), source: None }
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
}

impl From<JsonError> for Unreadable {
    fn from(error: JsonError) -> Self {
        Self::new(format!("the response is not the JSON that the provider documents: {error}"))
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self::new("the response is not the JSON that the provider documents").with_source(error)
    }
}

impl fmt::Debug for Sent {
    /// Leaves out headers and body, because they contain secrets and personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(response) => {
                write!(f, "Sent({}, {} bytes)", response.status(), response.body().len())
            }
            Err(error) => write!(f, "Sent({:?})", error.kind),
        }
    }
}

impl Sent {
    pub(super) fn new(outcome: Result<Response<Bytes>, TransportError>) -> Self {
        Self(outcome)
    }

    /// Reads the response. `read` must return [`Unreadable`] for every response that is not the
    /// gateway's documented response for this operation, such as a page of a proxy, a rate limit of
    /// another service or a truncated body. The outcome is then uncertain, never a refusal.
    pub fn read<T>(
        self,
        read: impl FnOnce(&Response<Bytes>) -> Result<Submission<T>, Unreadable>,
    ) -> Submission<T> {
        let response = match self.0 {
            Ok(response) => response,
            Err(error) => {
                let cause = match error.kind {
                    TransportErrorKind::TimedOut => UncertainCause::TimedOut,
                    TransportErrorKind::TooLarge => UncertainCause::UnreadableAnswer,
                    TransportErrorKind::NotSent
                    | TransportErrorKind::RateLimited
                    | TransportErrorKind::ConnectionLost => UncertainCause::ConnectionLost,
                };
                let message = error.message.clone();
                return Submission::Uncertain(Uncertain::new(cause, message).with_source(error));
            }
        };
        read(&response).unwrap_or_else(|unreadable| {
            Submission::Uncertain(
                Uncertain::new(UncertainCause::UnreadableAnswer, unreadable.to_string())
                    .with_status(response.status())
                    .with_source(unreadable),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_not_printed() {
        let sent = Sent::new(Ok(Response::new(Bytes::from_static(b"canary"))));
        assert_eq!(format!("{sent:?}"), "Sent(200 OK, 6 bytes)");
    }
}
