//! The layout over every member of an object, whatever their names.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use payments_core::{Error, Result};
use serde::Serialize;

use super::{EmptyValues, Field, Part, percent};

/// `name=value` pairs of every member of an object, sorted by name and joined by a separator.
///
/// Gateways that sign in this way also sign members that they add later, so every member that
/// arrives is signed. Names are sorted by UTF-16 code units, as in JavaScript and Java.
///
/// Raw values have no certain ends: `{"a": "1&b=2"}` and `{"a": "1", "b": "2"}` have the same
/// signed string. The proof of the first covers nothing. The proof of the second covers both
/// members, although someone who could choose `a` and change the delivery may have made it from the
/// first. If money depends on such an event, confirm it by inquiry.
///
/// ```
/// use provider_kit::signature::{Algorithm, Confidence, Formula, Layout, Maker, Members};
///
/// const NOTICE: Formula = Formula::new(
///     "acme.notice", "notice", Maker::Provider, Algorithm::HmacSha256Hex { prefix: "" },
///     Layout::Members(Members::joined_by("&").keeping_empty()), "the guide", Confidence::High,
/// );
/// let fields = [("order", b"A1".as_slice()), ("amount", b"50000"), ("note", b"")];
/// assert_eq!(NOTICE.signed_string(&fields)?, "amount=50000&note=&order=A1");
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Members {
    /// The text between two pairs.
    pub separator: Cow<'static, str>,
    /// Whether members with an empty value are signed.
    pub empty: EmptyValues,
    /// The encoding of each name and each value.
    pub encoding: Encoding,
    /// The order of the keys in values that are JSON arrays or objects.
    pub nested: NestedKeys,
    /// Whether the texts `null` and `undefined` count as empty. They do at gateways whose
    /// JavaScript joins texts and then replaces these words.
    pub null_words_are_empty: bool,
}

/// The encoding of a name or a value in a signed string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// The text is not encoded.
    Raw,
    /// Percent-encoding as by JavaScript's `encodeURIComponent`: ASCII letters and digits and `- _
    /// . ! ~ * ' ( )` stay, and every other byte of the UTF-8 text is `%XX` with capital letters.
    UriComponent,
}

/// The order of the keys of JSON objects inside a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NestedKeys {
    /// The order in which they are sent.
    AsSent,
    /// Sorted in the outermost objects of the value, and as sent in the objects inside them.
    SortedOnce,
    /// Sorted at every depth.
    Sorted,
}

impl Members {
    /// Creates a layout of raw pairs joined by `separator`. Absent and empty members are left out,
    /// and nested keys have the order in which they are sent.
    pub const fn joined_by(separator: &'static str) -> Self {
        Self {
            separator: Cow::Borrowed(separator),
            empty: EmptyValues::Dropped,
            encoding: Encoding::Raw,
            nested: NestedKeys::AsSent,
            null_words_are_empty: false,
        }
    }

    /// Signs members with an empty value as `name=`.
    #[must_use]
    pub const fn keeping_empty(mut self) -> Self {
        self.empty = EmptyValues::Kept;
        self
    }

    /// Sets the encoding of names and values.
    #[must_use]
    pub const fn encoded(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets the order of the keys of JSON objects inside values.
    #[must_use]
    pub const fn with_nested_keys(mut self, nested: NestedKeys) -> Self {
        self.nested = nested;
        self
    }

    /// Treats the texts `null` and `undefined` as empty values.
    #[must_use]
    pub const fn with_null_words_empty(mut self) -> Self {
        self.null_words_are_empty = true;
        self
    }

    /// Returns the signed members in the order of their names.
    ///
    /// # Errors
    /// Returns `InvalidRequest` naming a member that occurs twice, because it is not known which of
    /// its values was signed.
    pub(super) fn sorted<'f, 'a>(&self, fields: &'f [Field<'a>]) -> Result<Vec<&'f Field<'a>>> {
        let mut names = HashSet::with_capacity(fields.len());
        if let Some((name, _)) = fields.iter().find(|(name, _)| !names.insert(*name)) {
            let message = "occurs twice, so its signed value is not certain";
            return Err(Error::invalid((*name).to_owned(), message));
        }
        let signed = |field: &&Field<'a>| self.empty == EmptyValues::Kept || !field.1.is_empty();
        let mut sorted: Vec<&Field<'a>> = fields.iter().filter(signed).collect();
        sorted.sort_by(|one, other| by_name(one.0, other.0));
        Ok(sorted)
    }

    /// Lays out the members and passes the parts to `take`.
    pub(super) fn with_parts<R>(
        &self,
        fields: &[Field<'_>],
        take: impl FnOnce(&[Part<'_>]) -> R,
    ) -> Result<R> {
        let sorted = self.sorted(fields)?;
        let written: Vec<_> = sorted
            .iter()
            .map(|(name, value)| (self.encoding.name(name), self.encoding.value(value)))
            .collect();
        let mut parts = Vec::with_capacity(sorted.len() * 4);
        for ((name, _), (written_name, value)) in sorted.into_iter().zip(&written) {
            if !parts.is_empty() {
                parts.push(Part::Literal(&self.separator));
            }
            let pair = [Part::Literal(written_name), Part::Literal("="), Part::Field(name, value)];
            parts.extend(pair);
        }
        Ok(take(&parts))
    }

    /// Returns whether a signed string can be divided into members in one way only, whatever their
    /// names and values.
    pub(super) fn is_injective(&self) -> bool {
        // An encoded text does not contain such a byte, so the byte identifies each separator.
        let marks = |byte: u8| !percent::URI_COMPONENT.contains(&byte) && byte != b'%';
        self.encoding == Encoding::UriComponent
            && self.separator.bytes().any(|byte| !byte.is_ascii_alphanumeric() && marks(byte))
    }

    /// Returns the first member that allows a second division: its value or its name contains the
    /// beginning of the separator, or its name contains `=`. If the separator does not show where
    /// values end, it is the second member.
    pub(super) fn dividing<'a>(&self, fields: &[Field<'a>]) -> Option<&'a str> {
        if self.is_injective() {
            return None;
        }
        let begin = match self.separator.as_bytes().first() {
            Some(begin) if self.encoding == Encoding::Raw => begin,
            // Encoded values are not checked for it, because no gateway joins them in this way.
            _ => return fields.get(1).map(|(name, _)| *name),
        };
        let divides = |(name, value): &&Field<'a>| {
            value.contains(begin) || name.as_bytes().contains(begin) || name.contains('=')
        };
        fields.iter().find(divides).map(|(name, _)| *name)
    }
}

impl Encoding {
    pub(super) fn value(self, value: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Raw => Cow::Borrowed(value),
            Self::UriComponent => {
                Cow::Owned(percent::encoded(value, percent::URI_COMPONENT).into_bytes())
            }
        }
    }

    pub(super) fn name(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Raw => Cow::Borrowed(name),
            Self::UriComponent => {
                Cow::Owned(percent::encoded(name.as_bytes(), percent::URI_COMPONENT))
            }
        }
    }
}

/// Compares by UTF-16 code units.
pub(super) fn by_name(one: &str, other: &str) -> Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}

#[cfg(test)]
mod tests;
