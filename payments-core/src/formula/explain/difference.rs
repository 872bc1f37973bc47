//! How a string differs from what a formula says.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// One way in which a string differs from what a formula says. It is serialised as its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The fields stand in this order, or are these.
    Fields(Vec<String>),
    /// A field is left out, with its separator.
    LeftOut(String),
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
    Encoding(&'static str),
}

/// How a text was changed before it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Percent-encoded.
    UrlEncoded,
    /// Percent-encoded, with small digits and letters.
    UrlEncodedLower,
    /// Decoded once more.
    UrlDecoded,
    /// In small letters.
    Lower,
    /// In capital letters.
    Upper,
    /// Without white space at its ends.
    Trimmed,
    /// With a line end behind it.
    LineEnd,
    /// With `.00` behind it.
    Decimals,
    /// Without decimals.
    WithoutDecimals,
    /// With commas between thousands.
    Commas,
    /// Without commas and points between digits.
    WithoutCommas,
    /// In hundredths.
    Hundredths,
    /// As JSON without white space between its tokens.
    CompactJson,
}

impl Change {
    pub(super) const ALL: [Self; 13] = [
        Self::Lower,
        Self::Upper,
        Self::UrlEncoded,
        Self::UrlEncodedLower,
        Self::UrlDecoded,
        Self::Trimmed,
        Self::LineEnd,
        Self::Decimals,
        Self::WithoutDecimals,
        Self::Commas,
        Self::WithoutCommas,
        Self::Hundredths,
        Self::CompactJson,
    ];

    /// What happens to secrets when they are copied.
    pub(super) const OF_SECRETS: [Self; 2] = [Self::LineEnd, Self::Trimmed];

    /// The changed value; nothing if it stays the same.
    pub(super) fn apply<'a>(self, value: &[u8]) -> Option<Cow<'a, [u8]>> {
        let text = std::str::from_utf8(value).ok()?;
        let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let changed = match self {
            Self::UrlEncoded => encoded(value),
            Self::UrlEncodedLower => encoded(value).to_ascii_lowercase(),
            Self::UrlDecoded => decoded(text),
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Trimmed => text.trim().to_owned(),
            Self::LineEnd => format!("{text}\n"),
            Self::Decimals if is_whole => format!("{text}.00"),
            Self::WithoutDecimals => match text.split_once('.') {
                Some((whole, zeros)) if zeros.bytes().all(|zero| zero == b'0') => whole.to_owned(),
                _ => return None,
            },
            Self::Commas if is_whole => with_commas(text),
            Self::WithoutCommas if text.bytes().all(|b| matches!(b, b'0'..=b'9' | b',' | b'.')) => {
                text.replace([',', '.'], "")
            }
            Self::Hundredths if is_whole => format!("{text}00"),
            Self::CompactJson if text.trim_start().starts_with(['{', '[']) => compact(text),
            _ => return None,
        };
        (changed.as_bytes() != value).then(|| Cow::Owned(changed.into_bytes()))
    }

    fn words(self) -> &'static str {
        match self {
            Self::UrlEncoded => "percent-encoded",
            Self::UrlEncodedLower => "percent-encoded in small letters",
            Self::UrlDecoded => "decoded once more",
            Self::Lower => "in small letters",
            Self::Upper => "in capital letters",
            Self::Trimmed => "without white space at its ends",
            Self::LineEnd => "with a line end behind it",
            Self::Decimals => "with .00 behind it",
            Self::WithoutDecimals => "without decimals",
            Self::Commas => "with commas between thousands",
            Self::WithoutCommas => "without commas and points",
            Self::Hundredths => "in hundredths",
            Self::CompactJson => "as JSON without white space between its tokens",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(names) => write!(f, "the fields signed are {}", names.join(", ")),
            Self::LeftOut(name) => write!(f, "{name} is not signed"),
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

fn encoded(value: &[u8]) -> String {
    form_urlencoded::byte_serialize(value).collect()
}

fn decoded(text: &str) -> String {
    let pair = format!("={}", text.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value).collect()
}

fn with_commas(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// White space between the tokens of a JSON text is dropped, in its strings it stays.
fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for character in json.chars() {
        if in_string {
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else if character.is_ascii_whitespace() {
            continue;
        } else {
            in_string = character == '"';
        }
        text.push(character);
    }
    text
}
