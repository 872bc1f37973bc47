//! Differences between a signed string and a formula.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::change::Change;

/// One difference between a signed string and a formula. It is serialised as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// These fields are signed, in this order.
    Fields(Vec<String>),
    /// A field is left out, with its separator.
    LeftOut(String),
    /// Listed fields are signed even if they are empty.
    EmptyFields,
    /// Every field of the message is signed, including those that are empty or not listed.
    EveryField,
    /// Values are signed with their names, or without them.
    Names {
        /// Whether they have their names.
        named: bool,
    },
    /// The text between two values.
    Separator(String),
    /// The text before the first value.
    Leading(String),
    /// The secret is before the fields.
    SecretFirst,
    /// The secret is after the fields.
    SecretLast,
    /// A value was changed before it was signed.
    Value {
        /// The field of the value, or `None` for the values of all fields.
        field: Option<String>,
        /// The change.
        change: Change,
    },
    /// Another secret was used: the configured one with this change.
    Secret(Change),
    /// The signature was made by this algorithm.
    Algorithm(&'static str),
    /// The signature was written in this form.
    Encoding(Cow<'static, str>),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(names) => write!(f, "the fields signed are {}", names.join(", ")),
            Self::LeftOut(name) => write!(f, "{name} is not signed"),
            Self::EmptyFields => f.write_str("empty fields are signed too"),
            Self::EveryField => f.write_str("every field of the message is signed"),
            Self::Names { named: true } => f.write_str("values have their names"),
            Self::Names { named: false } => f.write_str("values do not have their names"),
            Self::Separator(text) if text.is_empty() => f.write_str("nothing is between fields"),
            Self::Separator(text) => write!(f, "{text:?} is between fields"),
            Self::Leading(text) if text.is_empty() => f.write_str("nothing is before them"),
            Self::Leading(text) => write!(f, "{text:?} is before the first field"),
            Self::SecretFirst => f.write_str("the secret comes first"),
            Self::SecretLast => f.write_str("the secret comes last"),
            Self::Value { field: Some(name), change } => {
                write!(f, "{name} is signed {}", change.words())
            }
            Self::Value { field: None, change } => {
                write!(f, "every value is signed {}", change.words())
            }
            Self::Secret(change) => write!(f, "the secret is the one given, {}", change.words()),
            Self::Algorithm(words) => write!(f, "it is made by {words}"),
            Self::Encoding(words) => write!(f, "it is written {words}"),
        }
    }
}

impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
