//! How a string differs from what a formula says.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::change::Change;

/// One way in which a string differs from what a formula says. It is serialised as its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The fields stand in this order, or are these.
    Fields(Vec<String>),
    /// A field is left out, with its separator.
    LeftOut(String),
    /// Listed fields that are empty are in it too.
    EmptyFields,
    /// Every field of the message is in it, also what is empty or not listed.
    EveryField,
    /// Values stand with their names, or without.
    Names {
        /// Whether they do.
        named: bool,
    },
    /// This stands between two values.
    Separator(String),
    /// This stands before the first value.
    Leading(String),
    /// The secret stands before the fields.
    SecretFirst,
    /// The secret stands after the fields.
    SecretLast,
    /// A value was changed before it was signed.
    Value {
        /// Whose value; of every field if none is named.
        field: Option<String>,
        /// How it was changed.
        change: Change,
    },
    /// Another secret was used: the configured one, changed like this.
    Secret(Change),
    /// The signature was made like this.
    Algorithm(&'static str),
    /// The signature was written like this.
    Encoding(Cow<'static, str>),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(names) => write!(f, "the fields signed are {}", names.join(", ")),
            Self::LeftOut(name) => write!(f, "{name} is not signed"),
            Self::EmptyFields => f.write_str("empty fields are signed too"),
            Self::EveryField => f.write_str("every field of the message is signed"),
            Self::Names { named: true } => f.write_str("values stand with their names"),
            Self::Names { named: false } => f.write_str("values stand without their names"),
            Self::Separator(text) if text.is_empty() => {
                f.write_str("nothing stands between fields")
            }
            Self::Separator(text) => write!(f, "{text:?} stands between fields"),
            Self::Leading(text) if text.is_empty() => f.write_str("nothing stands before them"),
            Self::Leading(text) => write!(f, "{text:?} stands before the first field"),
            Self::SecretFirst => f.write_str("the secret stands first"),
            Self::SecretLast => f.write_str("the secret stands last"),
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
