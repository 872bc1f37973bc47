//! The error of every call. It means that nothing happened.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Suspect, json, printable};

/// The result of a call: the outcome of an instruction or of an inquiry, or an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why a call had no effect.
///
/// If an instruction (create, cancel, refund, pay out) returns an `Error`, **nothing happened at
/// the gateway**; an instruction that may have been carried out returns
/// [`Uncertain`](crate::Uncertain) inside `Ok`. `Display` is one line that includes what to do. The
/// cause, if there is one, is the [`source`](std::error::Error::source). Clones share the cause, so
/// that one error can be returned to several callers.
///
/// Every text in an `Error` is one line that can be logged (see
/// [`printable`](fn@crate::printable)). A JSON error in its chain gives the position but not the
/// content (see [`JsonError`](crate::json::JsonError)).
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    operation: Option<Cow<'static, str>>,
    field: Option<Cow<'static, str>>,
    code: Option<String>,
    provider_message: Option<String>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    suspects: &'static [Suspect],
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The kind of an error, by which a caller decides what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be accepted as it is; see [`Error::field`].
    InvalidRequest,
    /// The provider does not offer the operation or a part of the request, as its capabilities
    /// declare.
    Unsupported,
    /// The gateway does not accept the merchant's credentials or the signature of the request.
    Authentication,
    /// The credentials are valid but do not allow the call.
    Permission,
    /// The object of the request does not exist.
    NotFound,
    /// The present state of the order, payout or account does not allow the call.
    Conflict,
    /// Too many calls; see [`Error::retry_after`].
    RateLimited,
    /// The gateway reports that it is unavailable, or a store that the call needs cannot be used.
    Unavailable,
    /// The response to an inquiry did not arrive in time.
    Timeout,
    /// The gateway was not reached, or the connection broke during an inquiry.
    Transport,
    /// The response to an inquiry is not as the gateway documents it.
    Malformed,
    /// The configuration is wrong.
    Configuration,
}

impl Error {
    /// Creates an error of this kind. `message` gives the problem and what to do about it, without
    /// a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: printable::message(message),
            operation: None,
            field: None,
            code: None,
            provider_message: None,
            status: None,
            retry_after: None,
            suspects: &[],
            source: None,
        }))
    }

    /// Creates an [`InvalidRequest`](ErrorKind::InvalidRequest) error about `field`.
    pub fn invalid(
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(ErrorKind::InvalidRequest, message).with_field(field)
    }

    /// Creates an [`Unsupported`](ErrorKind::Unsupported) error.
    pub fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Sets the operation, such as `create_payout`.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(printable::message(operation));
        self
    }

    /// Sets the field of the request or the key of the configuration.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(printable::message(field));
        self
    }

    /// Sets the gateway's own code. Characters that cannot be printed are escaped.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(printable::words(code));
        self
    }

    /// Sets the gateway's own message. Characters that cannot be printed are escaped.
    #[must_use]
    pub fn with_provider_message(mut self, message: impl Into<String>) -> Self {
        self.0.provider_message = Some(printable::words(message));
        self
    }

    /// Sets the HTTP status of the response.
    #[must_use]
    pub fn with_status(mut self, status: http::StatusCode) -> Self {
        self.0.status = Some(status.as_u16());
        self
    }

    /// Sets how long the provider asks its callers to wait.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    /// Sets the parts of the merchant's set-up that may be wrong, according to the gateway's code.
    #[must_use]
    pub fn with_suspects(mut self, suspects: &'static [Suspect]) -> Self {
        self.0.suspects = suspects;
        self
    }

    /// Sets the cause. A JSON error is reduced to its position, because its text quotes the input.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(json::without_content(source.into()).into());
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the operation that failed.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Returns the field of the request or the key of the configuration that is wrong.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Returns the gateway's own code.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Returns the gateway's own message.
    pub fn provider_message(&self) -> Option<&str> {
        self.0.provider_message.as_deref()
    }

    /// Returns the HTTP status of the response.
    pub fn status(&self) -> Option<http::StatusCode> {
        self.0.status.and_then(|status| http::StatusCode::from_u16(status).ok())
    }

    /// Returns how long the gateway asks its callers to wait, or `None` if it gives no time.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the parts of the merchant's set-up that may be wrong: those set by
    /// [`with_suspects`](Self::with_suspects), otherwise the credentials for an
    /// [`Authentication`](ErrorKind::Authentication) error and nothing for other kinds.
    pub fn suspects(&self) -> &[Suspect] {
        match (self.0.suspects, self.0.kind) {
            ([], ErrorKind::Authentication) => &[Suspect::Credentials],
            (suspects, _) => suspects,
        }
    }

    /// Returns whether the same call may succeed if it is made again: after a rate limit, an outage
    /// or a lost connection. Making it again is safe because an `Error` means that nothing
    /// happened.
    pub fn is_safe_to_retry(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::RateLimited
                | ErrorKind::Unavailable
                | ErrorKind::Timeout
                | ErrorKind::Transport
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.0.operation {
            write!(f, "{operation}: ")?;
        }
        if let Some(field) = &self.0.field {
            write!(f, "`{field}`: ")?;
        }
        f.write_str(&self.0.message)?;
        match (&self.0.code, self.0.status) {
            (Some(code), Some(status)) => write!(f, " (code {code}, HTTP {status})")?,
            (Some(code), None) => write!(f, " (code {code})")?,
            (None, Some(status)) => write!(f, " (HTTP {status})")?,
            (None, None) => {}
        }
        if let Some(after) = self.0.retry_after {
            // Round up a part of a second: a call that is too early would be refused again.
            write!(f, "; wait {} s", after.as_millis().div_ceil(1_000))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &inner.kind).field("message", &inner.message);
        if let Some(operation) = &inner.operation {
            debug.field("operation", operation);
        }
        if let Some(field) = &inner.field {
            debug.field("field", field);
        }
        if let Some(code) = &inner.code {
            debug.field("code", code);
        }
        if let Some(message) = &inner.provider_message {
            debug.field("provider_message", message);
        }
        if let Some(status) = &inner.status {
            debug.field("status", status);
        }
        if let Some(after) = &inner.retry_after {
            debug.field("retry_after", after);
        }
        if !inner.suspects.is_empty() {
            debug.field("suspects", &inner.suspects);
        }
        if let Some(source) = &inner.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<crate::bank::BankError> for Error {
    fn from(error: crate::bank::BankError) -> Self {
        Self::new(ErrorKind::InvalidRequest, error.to_string()).with_source(error)
    }
}

impl From<crate::money::MoneyError> for Error {
    fn from(error: crate::money::MoneyError) -> Self {
        Self::new(ErrorKind::InvalidRequest, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_line_that_names_the_operation_the_field_and_the_code() {
        let error = Error::invalid("amount", "at least 2,000 VND")
            .with_operation("create_payout")
            .with_code("4")
            .with_status(http::StatusCode::OK);
        assert_eq!(
            error.to_string(),
            "create_payout: `amount`: at least 2,000 VND (code 4, HTTP 200)"
        );
    }

    #[test]
    fn refused_credentials_are_suspected_unless_the_provider_knows_more() {
        let refused = Error::new(ErrorKind::Authentication, "refused");
        assert_eq!(refused.suspects(), [Suspect::Credentials]);
        let refused = refused.with_suspects(&[Suspect::Formula]);
        assert_eq!(refused.suspects(), [Suspect::Formula]);
        assert_eq!(Error::new(ErrorKind::Permission, "not allowed").suspects(), []);
    }

    #[test]
    fn words_from_outside_add_no_line_to_a_log_and_hide_nothing() {
        let error = Error::new(ErrorKind::Malformed, "refused\r\nFATAL".to_owned())
            .with_field("amount\u{202e}".to_owned())
            .with_code("51\u{1b}[2J")
            .with_provider_message("thiếu tiền\u{2028}FATAL");
        let expected = "`amount\\u{202e}`: refused\\u{d}\\u{a}FATAL (code 51\\u{1b}[2J)";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.provider_message(), Some("thiếu tiền\\u{2028}FATAL"));
    }

    #[test]
    fn a_chain_does_not_quote_the_body() {
        let cause = serde_json::from_str::<u64>("\"NGUYEN VAN A\"").unwrap_err();
        let error = Error::new(ErrorKind::Malformed, "no number").with_source(cause);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.ends_with("at line 1, column 14"), "{source}");
        assert!(!format!("{error:?} {source}").contains("NGUYEN"), "{error:?} {source}");
    }

    #[test]
    fn only_what_may_pass_by_itself_is_worth_a_retry() {
        assert!(Error::new(ErrorKind::RateLimited, "slow down").is_safe_to_retry());
        assert!(!Error::new(ErrorKind::Authentication, "check the key").is_safe_to_retry());
    }
}
