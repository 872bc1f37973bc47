//! The layout over every member of an object, whatever the names.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use serde::Serialize;

use super::{EmptyValues, Field, Part, percent};
use crate::{Error, Result};

/// `name=value` pairs of every member of an object, sorted by name and joined by a separator.
///
/// Gateways that sign this way sign members that they will add later as well: what arrived is what
/// is signed. Names are sorted by UTF-16 code units, as JavaScript and Java do.
///
/// Raw values have no certain ends: `{"a": "1&b=2"}` and `{"a": "1", "b": "2"}` have one signed
/// string. The proof of the first covers nothing. That of the second covers both members, although
/// somebody who could choose `a` and change the delivery may have made it of the first: where
/// money depends on it, confirm such an event by inquiry.
///
/// ```
/// use payments_core::signature::{Algorithm, Confidence, Formula, Layout, Maker, Members};
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
    /// How each name and each value is written.
    pub encoding: Encoding,
    /// How values that are JSON arrays or objects are written.
    pub nested: NestedKeys,
    /// Whether the texts `null` and `undefined` count as empty, as at gateways whose program joins
    /// texts in JavaScript and then repairs them.
    pub null_words_are_empty: bool,
}

/// How a name or a value is written in a signed string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// As it is.
    Raw,
    /// Percent-encoded as JavaScript's `encodeURIComponent` does: ASCII letters and digits and
    /// `- _ . ! ~ * ' ( )` stay, every other byte of the UTF-8 text is `%XX` in capitals.
    UriComponent,
}

/// The order of the keys of JSON objects inside of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NestedKeys {
    /// As they are sent.
    AsSent,
    /// Sorted in the outermost objects of the value, and as sent inside of those.
    SortedOnce,
    /// Sorted at every depth.
    Sorted,
}

impl Members {
    /// Pairs joined by `separator`, written raw; absent and empty members are left out, and nested
    /// keys are in the order in which they are sent.
    pub const fn joined_by(separator: &'static str) -> Self {
        Self {
            separator: Cow::Borrowed(separator),
            empty: EmptyValues::Dropped,
            encoding: Encoding::Raw,
            nested: NestedKeys::AsSent,
            null_words_are_empty: false,
        }
    }

    /// Signs members with an empty value too, as `name=`.
    #[must_use]
    pub const fn keeping_empty(mut self) -> Self {
        self.empty = EmptyValues::Kept;
        self
    }

    /// Writes each name and each value by this encoding.
    #[must_use]
    pub const fn encoded(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Orders the keys of JSON objects inside of values.
    #[must_use]
    pub const fn with_nested_keys(mut self, nested: NestedKeys) -> Self {
        self.nested = nested;
        self
    }

    /// Takes the texts `null` and `undefined` for empty values.
    #[must_use]
    pub const fn with_null_words_empty(mut self) -> Self {
        self.null_words_are_empty = true;
        self
    }

    /// The signed members in the order of their names.
    ///
    /// # Errors
    /// `InvalidRequest` naming a member that is there twice: which of the two values was signed,
    /// cannot be known.
    pub(super) fn sorted<'f, 'a>(&self, fields: &'f [Field<'a>]) -> Result<Vec<&'f Field<'a>>> {
        let mut names = HashSet::with_capacity(fields.len());
        if let Some((name, _)) = fields.iter().find(|(name, _)| !names.insert(*name)) {
            let message = "is there twice, so that its signed value is not certain";
            return Err(Error::invalid((*name).to_owned(), message));
        }
        let signed = |field: &&Field<'a>| self.empty == EmptyValues::Kept || !field.1.is_empty();
        let mut sorted: Vec<&Field<'a>> = fields.iter().filter(signed).collect();
        sorted.sort_by(|one, other| by_name(one.0, other.0));
        Ok(sorted)
    }

    /// Lays the members out and hands the parts to `take`.
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

    /// Whether a signed string can be divided into members in one way only, whatever their names
    /// and values.
    pub(super) fn is_injective(&self) -> bool {
        // Such a byte is in no encoded text, so that it marks each separator.
        let marks = |byte: u8| !percent::URI_COMPONENT.contains(&byte) && byte != b'%';
        self.encoding == Encoding::UriComponent
            && self.separator.bytes().any(|byte| !byte.is_ascii_alphanumeric() && marks(byte))
    }

    /// The first member that allows a second division: its value or its name holds the beginning of
    /// the separator, or its name holds `=`. The second member where the separator marks no ends.
    pub(super) fn dividing<'a>(&self, fields: &[Field<'a>]) -> Option<&'a str> {
        if self.is_injective() {
            return None;
        }
        let begin = match self.separator.as_bytes().first() {
            Some(begin) if self.encoding == Encoding::Raw => begin,
            // Whether an encoded value holds it, is not looked at: no gateway joins them so.
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

/// The order of UTF-16 code units.
pub(super) fn by_name(one: &str, other: &str) -> Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}

#[cfg(test)]
mod tests;
