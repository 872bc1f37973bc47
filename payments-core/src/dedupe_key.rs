//! The key under which an event or a movement is handled once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Error, Result};

/// The maximum number of characters of a value. It leaves room for a reference of 200 characters
/// and a state.
const LONGEST_VALUE: usize = 300;

/// The maximum number of characters of a scope.
const LONGEST_SCOPE: usize = 64;

/// The character between scope and value. A scope does not contain it.
const SEPARATOR: char = ':';

/// The key under which an event or a movement is handled once per provider.
///
/// A key consists of a scope and a value. The **scope** names one identifier space of a source,
/// such as `acme.transaction`. All values of a scope come from the same numbering, so two keys of
/// one scope are equal exactly if they name the same event, however it was reported. The **value**
/// is the source's own identifier, unchanged: `INV-a` and `INV-A` are different.
///
/// Keys of *different* scopes cannot be compared: the webhook and the statement line of one bank
/// transfer have two keys and are the same money. To count money that several sources report,
/// compare the movements with [`match_credit`](crate::match_credit).
///
/// A key is unique per provider: store it together with the [`ProviderId`](crate::ProviderId). It
/// is displayed, serialised and parsed as one text, `scope:value`.
///
/// ```
/// use payments_core::DedupeKey;
///
/// let key = DedupeKey::new("acme.transaction", "FT26:1")?;
/// assert_eq!((key.scope(), key.value()), ("acme.transaction", "FT26:1"));
/// assert_eq!(key.to_string().parse::<DedupeKey>()?, key);
/// # Ok::<(), payments_core::Error>(())
/// ```
#[doc(alias("idempotency key", "event id"))]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupeKey {
    /// The text `scope:value`.
    text: String,
    /// The length of the scope in bytes.
    scope: usize,
}

/// A key together with the names of the delivery fields that it is made of.
///
/// [`DedupeKey::made_of`] creates it for
/// [`Notification::with_event`](crate::notification::Notification::with_event), which makes the key
/// available only if the proof covers those fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedKey {
    pub(crate) key: DedupeKey,
    pub(crate) made_of: &'static [&'static str],
}

impl DedupeKey {
    /// Creates a key.
    ///
    /// `scope` is 1 to 64 ASCII lower-case letters, digits, `.`, `-` and `_`; by convention the
    /// provider's kind, a full stop and the name of the numbered thing. `value` is 1 to 300
    /// characters, without white space at the ends and without control characters.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if scope or value is not as
    /// described.
    pub fn new(scope: &str, value: impl AsRef<str>) -> Result<Self> {
        let value = value.as_ref();
        if let Some(problem) = problem_of_scope(scope).or_else(|| problem_of_value(value)) {
            return Err(Error::invalid("dedupe_key", problem));
        }
        let mut text = String::with_capacity(scope.len() + SEPARATOR.len_utf8() + value.len());
        text.push_str(scope);
        text.push(SEPARATOR);
        text.push_str(value);
        Ok(Self { text, scope: scope.len() })
    }

    /// Returns the identifier space in which the value is unique.
    pub fn scope(&self) -> &str {
        self.text.get(..self.scope).unwrap_or_default()
    }

    /// Returns the source's own identifier.
    pub fn value(&self) -> &str {
        self.text.get(self.scope + SEPARATOR.len_utf8()..).unwrap_or_default()
    }

    /// Returns scope and value as one text, `scope:value`, for example to store it in a database.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Adds the names of the delivery fields that this key is made of, as the proof's coverage
    /// names them. If the list is empty, a proof over the whole body covers the key, and no other
    /// proof does.
    pub fn made_of(self, fields: &'static [&'static str]) -> StatedKey {
        StatedKey { key: self, made_of: fields }
    }
}

fn problem_of_scope(scope: &str) -> Option<&'static str> {
    let is_allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    if scope.is_empty() || scope.len() > LONGEST_SCOPE {
        Some("needs a scope of 1 to 64 characters")
    } else if !scope.bytes().all(is_allowed) {
        Some("has a scope with other characters than lower-case letters, digits, `.`, `-` and `_`")
    } else {
        None
    }
}

fn problem_of_value(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        Some("has no value")
    } else if value.chars().count() > LONGEST_VALUE {
        Some("has a value of more than 300 characters")
    } else if value.trim() != value {
        Some("has a value that starts or ends with white space")
    } else if value.chars().any(char::is_control) {
        Some("has a value with a control character")
    } else {
        None
    }
}

impl fmt::Display for DedupeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for DedupeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl AsRef<str> for DedupeKey {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl FromStr for DedupeKey {
    type Err = Error;

    /// Parses the text that `Display` writes.
    fn from_str(text: &str) -> Result<Self> {
        let (scope, value) = text.split_once(SEPARATOR).ok_or_else(|| {
            Error::invalid("dedupe_key", "has no scope; it is written as `scope:value`")
        })?;
        Self::new(scope, value)
    }
}

impl Serialize for DedupeKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DedupeKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_text_whatever_its_value_contains() {
        for value in ["1", "a:b:c", ":", "INV-a", "INV-A", "ĐH 1", "{\"a\":1}"] {
            let key = DedupeKey::new("acme.order", value).unwrap();
            assert_eq!((key.scope(), key.value()), ("acme.order", value));
            assert_eq!(key.as_str(), format!("acme.order:{value}"));
            assert_eq!(key.to_string().parse::<DedupeKey>().unwrap(), key);
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<DedupeKey>(&json).unwrap(), key, "{json}");
        }
    }

    #[test]
    fn keys_of_two_scopes_and_of_two_cases_are_different() {
        let key = |scope, value| DedupeKey::new(scope, value).unwrap();
        assert_ne!(key("acme.order", "INV-a"), key("acme.order", "INV-A"));
        assert_ne!(key("acme.order", "1"), key("acme.webhook", "1"));
        assert_ne!(key("acme", "order:1"), key("acme.order", "1"));
    }

    #[test]
    fn the_longest_scope_and_value_are_accepted_counted_in_characters() {
        let (scope, value) = ("s".repeat(64), "đ".repeat(300));
        let key = DedupeKey::new(&scope, &value).unwrap();
        assert_eq!(key.as_ref(), format!("{scope}:{value}"));
    }

    #[test]
    fn a_bad_scope_or_value_is_refused_naming_the_field() {
        let (long_scope, long) = ("s".repeat(65), "đ".repeat(301));
        for (scope, value) in [
            ("", "1"),
            ("Acme", "1"),
            ("acme order", "1"),
            ("acme:order", "1"),
            (&long_scope, "1"),
            ("acme", ""),
            ("acme", " 1"),
            ("acme", "1 "),
            ("acme", "1\n2"),
            ("acme", &long),
        ] {
            let error = DedupeKey::new(scope, value).unwrap_err();
            assert_eq!(error.field(), Some("dedupe_key"), "{scope:?} {value:?}");
        }
        for text in ["", "1", "acme:", ":1", "acme 1"] {
            assert!(text.parse::<DedupeKey>().is_err(), "{text:?}");
            assert!(serde_json::from_value::<DedupeKey>(text.into()).is_err(), "{text:?}");
        }
    }
}
