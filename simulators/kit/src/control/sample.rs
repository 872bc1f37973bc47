//! Ready calls and ready payments, and values that fail by themselves.

use serde::{Deserialize, Serialize};

/// A documented call of the gateway, ready to run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The gateway's name for the operation.
    pub operation: String,
    /// What it does.
    pub about: String,
    /// A curl line that runs as printed, signed with the credentials of the sandbox.
    pub curl: String,
    /// A part of the response that the gateway documents for it.
    pub answers: String,
    /// How to start the same payment in a browser, for a call that a browser makes.
    pub browser: Option<Browser>,
}

/// How a payment starts in a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Browser {
    /// The buyer follows this signed link.
    Link(String),
    /// The buyer's browser posts this signed form.
    Form {
        /// The address that it is posted to.
        action: String,
        /// Names and values of its fields, in the order that is signed.
        fields: Vec<(String, String)>,
    },
}

/// A value that makes a call or a payment go wrong by itself, without a control call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailingValue {
    /// What has the value: `payout account`, `order amount` and so on.
    pub field: String,
    /// The value.
    pub value: String,
    /// What happens, in one word that is the same for every gateway: `refused`, `pending`,
    /// `answer_lost`, `request_lost`, `returned`, `declined`, `short`, `over`, `twice`, `held` or
    /// `no_webhook`.
    pub fate: String,
    /// What happens, and how the gateway shows it.
    pub outcome: String,
    /// A curl line that runs as printed and has the value, for a call of the merchant.
    pub curl: Option<String>,
}

impl FailingValue {
    /// A value of a field, and what happens with it.
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

    /// Adds a curl line that has the value.
    #[must_use]
    pub fn with_curl(mut self, curl: Option<String>) -> Self {
        self.curl = curl;
        self
    }
}

/// `text` as one word of a POSIX shell.
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
