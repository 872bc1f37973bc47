//! A value that is not as SePay documents it.

use std::borrow::Cow;
use std::fmt;

use payments_core::{
    Error, ErrorKind,
    json::{JsonError, JsonErrorKind},
    notification::{Proof, UnreadableDelivery, Untrusted, UntrustedReason},
};

/// A description of a missing or invalid part of a message from SePay.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unclear {
    what: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
}

impl Unclear {
    pub(crate) fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self { what: what.into(), field: None }
    }

    /// Creates a description of a problem in a field, by SePay's name of the field.
    pub(crate) fn in_field(
        field: impl Into<Cow<'static, str>>,
        what: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { what: what.into(), field: Some(field.into()) }
    }

    /// Creates a description of a text that is not the expected JSON. The text itself is not
    /// repeated, because it may contain personal data.
    pub(crate) fn json(what: &str, error: JsonError) -> Self {
        let (line, column) = (error.line(), error.column());
        let what = match error.kind() {
            JsonErrorKind::Content => format!(
                "{what} lacks a field or has one of another kind (line {line}, column {column})"
            ),
            _ => format!("{what} is not JSON (line {line}, column {column})"),
        };
        Self { what: what.into(), field: error.member().map(|name| name.to_owned().into()) }
    }

    /// Converts it to the error of an inquiry.
    pub(crate) fn into_error(self, operation: &'static str) -> Error {
        let message = format!("SePay's response is not as documented: {self}");
        Error::new(ErrorKind::Malformed, message).with_operation(operation)
    }

    /// Converts it to the verdict on a delivery that passed its check. The delivery may report
    /// money, so SePay is asked to send it again.
    pub(crate) fn into_delivery(self, proof: Proof) -> UnreadableDelivery {
        let field = self.field.unwrap_or(Cow::Borrowed(UnreadableDelivery::BODY));
        UnreadableDelivery::new(proof, field, self.what)
    }
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// Converts it to the verdict on a delivery that cannot be checked.
impl From<Unclear> for Untrusted {
    fn from(unclear: Unclear) -> Self {
        Self::new(UntrustedReason::Unreadable, unclear.to_string())
    }
}
