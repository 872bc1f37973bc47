//! Sample calls and payments, and values that make a call or a payment go wrong.

use serde::{Deserialize, Serialize};

/// A documented call of the gateway, with a command that runs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The gateway's name for the operation.
    pub operation: String,
    /// A description of the call.
    pub about: String,
    /// A curl command that can be run as printed, signed with the credentials of the sandbox.
    pub curl: String,
    /// A part of the documented response to the call.
    pub answers: String,
    /// The way to start the same payment in a browser, if a browser makes the call. Otherwise
    /// `None`.
    pub browser: Option<Browser>,
}

/// The way in which a payment starts in a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Browser {
    /// The buyer follows this signed link.
    Link(String),
    /// The buyer's browser posts this signed form.
    Form {
        /// The address that it is posted to.
        action: String,
        /// The names and values of its fields, in the order in which they are signed.
        fields: Vec<(String, String)>,
    },
}

/// A value that makes a call or a payment go wrong without a control call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailingValue {
    /// The field that has the value, such as `payout account` or `order amount`.
    pub field: String,
    /// The value.
    pub value: String,
    /// The result of using the value, in one word that is the same for every gateway: `refused`,
    /// `pending`, `answer_lost`, `request_lost`, `returned`, `declined`, `short`, `over`, `twice`,
    /// `held` or `no_webhook`.
    pub fate: String,
    /// The result of using the value, and how the gateway reports it.
    pub outcome: String,
    /// A curl command that can be run as printed and contains the value, if the merchant makes the
    /// call.
    pub curl: Option<String>,
}

impl FailingValue {
    /// Creates a failing value without a curl command.
    pub fn new(
        field: impl Into<String>,
        value: impl Into<String>,
        fate: impl Into<String>,
        outcome: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            value: value.into(),
            fate: fate.into(),
            outcome: outcome.into(),
            curl: None,
        }
    }

    /// Sets the curl command that contains the value.
    #[must_use]
    pub fn with_curl(mut self, curl: Option<String>) -> Self {
        self.curl = curl;
        self
    }
}

/// Returns `text` quoted as one word of a POSIX shell.
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_within_a_word_end_it_and_begin_it_again() {
        assert_eq!(shell_quoted(r#"{"a": "b"}"#), r#"'{"a": "b"}'"#);
        assert_eq!(shell_quoted("it's"), r"'it'\''s'");
    }
}
