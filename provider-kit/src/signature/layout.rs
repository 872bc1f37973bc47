//! How a signed string is made from fields.

use std::borrow::Cow;

use payments_core::{Error, ErrorKind, Result};
use serde::Serialize;

use super::{Field, Members, Part};

/// How a signed string is made from fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Layout {
    /// Values joined by a separator.
    Values {
        /// The text before the first value.
        leading: Cow<'static, str>,
        /// The text between two values.
        separator: Cow<'static, str>,
        /// The values, in order.
        items: Cow<'static, [Item]>,
    },
    /// `name=value` pairs of listed fields, joined by a separator. Absent fields are left out.
    Pairs {
        /// The text between two pairs.
        separator: Cow<'static, str>,
        /// The names of the fields that are signed. Other fields are ignored.
        names: Cow<'static, [&'static str]>,
        /// The order of the pairs.
        order: Order,
        /// Whether fields with an empty value are signed.
        empty: EmptyValues,
    },
    /// `name=value` pairs of every member of an object, whatever their names.
    Members(Members),
    /// The layout is not known outside the gateway: signing is refused and no signature is
    /// accepted.
    Unknown,
}

/// The order of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The order in which the fields are sent.
    AsSent,
    /// The order of the list of names.
    AsListed,
}

/// How a field with an empty value is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyValues {
    /// The field is left out, as an absent field is.
    Dropped,
    /// The field is signed as `name=`.
    Kept,
}

/// One value of a signed string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Item {
    /// A field that must be present.
    Field(Cow<'static, str>),
    /// A field that counts as empty if it is absent.
    Optional(Cow<'static, str>),
    /// A field that is left out, with its separator, if it is absent.
    Given(Cow<'static, str>),
    /// A field that is transformed before it is signed.
    Changed(Cow<'static, str>, Transform),
    /// A field that is a timestamp in Unix seconds.
    Timestamp(Cow<'static, str>),
    /// The whole body, under this name in the coverage.
    Body(Cow<'static, str>),
    /// The shared secret.
    Secret,
}

/// How a field is transformed before it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transform {
    /// Converts ASCII letters to lower case.
    AsciiLower,
    /// Encodes the value as in a form.
    UrlEncoded,
    /// Encodes the value as in a form, then converts ASCII letters to lower case.
    UrlEncodedLower,
}

impl Layout {
    /// Creates a layout of values joined by `separator`.
    pub const fn values(separator: &'static str, items: &'static [Item]) -> Self {
        Self::Values {
            leading: Cow::Borrowed(""),
            separator: Cow::Borrowed(separator),
            items: Cow::Borrowed(items),
        }
    }

    /// Creates a layout of values joined by `separator`, with the text `leading` before the first.
    pub const fn values_after(
        leading: &'static str,
        separator: &'static str,
        items: &'static [Item],
    ) -> Self {
        Self::Values {
            leading: Cow::Borrowed(leading),
            separator: Cow::Borrowed(separator),
            items: Cow::Borrowed(items),
        }
    }

    /// Creates a layout of `name=value` pairs joined by `separator`. Absent and empty fields are
    /// left out.
    pub const fn pairs(
        separator: &'static str,
        names: &'static [&'static str],
        order: Order,
    ) -> Self {
        Self::Pairs {
            separator: Cow::Borrowed(separator),
            names: Cow::Borrowed(names),
            order,
            empty: EmptyValues::Dropped,
        }
    }

    /// Creates a layout of `name=value` pairs joined by `separator`. Only absent fields are left
    /// out.
    pub const fn pairs_keeping_empty(
        separator: &'static str,
        names: &'static [&'static str],
        order: Order,
    ) -> Self {
        Self::Pairs {
            separator: Cow::Borrowed(separator),
            names: Cow::Borrowed(names),
            order,
            empty: EmptyValues::Kept,
        }
    }

    /// Returns the names of the fields that are signed, in order. It is empty for
    /// [`Members`](Self::Members), which signs every member, and for [`Unknown`](Self::Unknown).
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Values { items, .. } => items.iter().filter_map(Item::name).collect(),
            Self::Pairs { names, .. } => names.to_vec(),
            Self::Members(_) | Self::Unknown => Vec::new(),
        }
    }

    /// Returns the name under which the whole body is signed, if it is.
    pub(super) fn body(&self) -> Option<&str> {
        let Self::Values { items, .. } = self else { return None };
        items.iter().find(|item| matches!(item, Item::Body(_))).and_then(Item::name)
    }

    /// Returns the fields that are signed in lower case and contain letters. The signature is valid
    /// for every spelling of them.
    pub(super) fn folded(&self, fields: &[Field<'_>]) -> Vec<String> {
        let Self::Values { items, .. } = self else { return Vec::new() };
        let has_letters = |name: &str| {
            find(name, fields).is_some_and(|value| value.iter().any(u8::is_ascii_alphabetic))
        };
        let folded = items.iter().filter(|item| item.loses_case());
        folded.filter_map(Item::name).filter(|name| has_letters(name)).map(str::to_owned).collect()
    }

    /// Lays out the fields and passes the parts to `take`.
    pub(super) fn with_parts<R>(
        &self,
        fields: &[Field<'_>],
        take: impl FnOnce(&[Part<'_>]) -> R,
    ) -> Result<R> {
        match self {
            Self::Values { leading, separator, items } => {
                with_values(leading, separator, items, fields, take)
            }
            Self::Pairs { separator, names, order, empty } => {
                Ok(take(&pairs(separator, names, *order, *empty, fields)))
            }
            Self::Members(members) => members.with_parts(fields, take),
            Self::Unknown => Err(Error::new(
                ErrorKind::Configuration,
                "the layout of this formula is not published; ask the provider for it and give it \
                 in the configuration",
            )),
        }
    }
}

impl Item {
    /// Creates an item for a field that must be present.
    pub const fn field(name: &'static str) -> Self {
        Self::Field(Cow::Borrowed(name))
    }

    /// Creates an item for a field that counts as empty if it is absent.
    pub const fn optional(name: &'static str) -> Self {
        Self::Optional(Cow::Borrowed(name))
    }

    /// Creates an item for a field that is left out, with its separator, if it is absent.
    pub const fn given(name: &'static str) -> Self {
        Self::Given(Cow::Borrowed(name))
    }

    /// Creates an item for a field that is transformed before it is signed.
    pub const fn changed(name: &'static str, transform: Transform) -> Self {
        Self::Changed(Cow::Borrowed(name), transform)
    }

    /// Creates an item for a field that is a timestamp in Unix seconds.
    pub const fn stamp(name: &'static str) -> Self {
        Self::Timestamp(Cow::Borrowed(name))
    }

    /// Creates an item for the whole body, under this name in the coverage.
    pub const fn body(name: &'static str) -> Self {
        Self::Body(Cow::Borrowed(name))
    }

    /// Returns whether values that differ in case only are signed alike.
    pub(super) fn loses_case(&self) -> bool {
        matches!(self, Self::Changed(_, Transform::AsciiLower | Transform::UrlEncodedLower))
    }

    /// Returns the name of the field or of the body, or `None` for the secret.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Field(name)
            | Self::Optional(name)
            | Self::Given(name)
            | Self::Changed(name, _)
            | Self::Timestamp(name)
            | Self::Body(name) => Some(name),
            Self::Secret => None,
        }
    }
}

fn with_values<R>(
    leading: &str,
    separator: &str,
    items: &[Item],
    fields: &[Field<'_>],
    take: impl FnOnce(&[Part<'_>]) -> R,
) -> Result<R> {
    let mut changed = Vec::new();
    for item in items {
        if let Item::Changed(name, transform) = item {
            changed.push(transform.apply(value_of(name, fields)?));
        }
    }
    // One value for each transformed item, in order.
    let mut changed = changed.iter();
    let mut parts = Vec::with_capacity(items.len() * 2 + 1);
    if !leading.is_empty() {
        parts.push(Part::Literal(leading));
    }
    let mut is_first = true;
    for item in items {
        let part = match item {
            Item::Field(name) => Part::Field(name, value_of(name, fields)?),
            Item::Given(name) => match find(name, fields) {
                Some(value) => Part::Field(name, value),
                None => continue,
            },
            Item::Optional(name) => Part::Field(name, find(name, fields).unwrap_or_default()),
            Item::Changed(name, _) => {
                Part::Field(name, changed.next().map(Vec::as_slice).unwrap_or_default())
            }
            Item::Timestamp(name) => {
                let text = std::str::from_utf8(value_of(name, fields)?)
                    .map_err(|_| Error::invalid(name.to_string(), "is not text"))?;
                Part::Timestamp(name, text)
            }
            Item::Body(name) => Part::Body(value_of(name, fields)?),
            Item::Secret => Part::Secret,
        };
        if !is_first && !separator.is_empty() {
            parts.push(Part::Literal(separator));
        }
        is_first = false;
        parts.push(part);
    }
    Ok(take(&parts))
}

pub(super) fn value_of<'a>(name: &str, fields: &[Field<'a>]) -> Result<&'a [u8]> {
    find(name, fields).ok_or_else(|| Error::invalid(name.to_owned(), "is signed but missing"))
}

pub(super) fn find<'a>(name: &str, fields: &[Field<'a>]) -> Option<&'a [u8]> {
    fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)
}

impl Transform {
    /// Returns whether a transformed value never contains the text.
    pub(super) fn escapes(self, text: &str) -> bool {
        let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._+%".contains(&byte);
        self != Self::AsciiLower && text.bytes().any(|byte| !stays(byte))
    }

    /// Returns the value as it is signed.
    pub fn apply(self, value: &[u8]) -> Vec<u8> {
        match self {
            Self::AsciiLower => value.to_ascii_lowercase(),
            Self::UrlEncoded => url_encoded(value).into_bytes(),
            Self::UrlEncodedLower => url_encoded(value).to_ascii_lowercase().into_bytes(),
        }
    }
}

/// Encodes a value as PHP's `urlencode` does, because most gateways here are written in PHP: an
/// asterisk is encoded as well.
fn url_encoded(value: &[u8]) -> String {
    let encoded: String = form_urlencoded::byte_serialize(value).collect();
    encoded.replace('*', "%2A")
}

fn pairs<'a>(
    separator: &'a str,
    names: &[&'static str],
    order: Order,
    empty: EmptyValues,
    fields: &[Field<'a>],
) -> Vec<Part<'a>> {
    let signed = fields.iter().filter(|(name, value)| {
        names.contains(name) && (empty == EmptyValues::Kept || !value.is_empty())
    });
    let mut parts = Vec::with_capacity(fields.len() * 4);
    match order {
        Order::AsSent => join(&mut parts, separator, signed),
        Order::AsListed => {
            let mut ordered: Vec<&Field<'a>> = signed.collect();
            ordered.sort_by_key(|(name, _)| names.iter().position(|listed| listed == name));
            join(&mut parts, separator, ordered.into_iter());
        }
    }
    parts
}

fn join<'a: 'f, 'f>(
    parts: &mut Vec<Part<'a>>,
    separator: &'a str,
    fields: impl Iterator<Item = &'f Field<'a>>,
) {
    for (name, value) in fields {
        if !parts.is_empty() {
            parts.push(Part::Literal(separator));
        }
        parts.extend([Part::Literal(name), Part::Literal("="), Part::Field(name, value)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{
        Algorithm, CheckingKeys, Confidence, Formula, Keys, Maker, SigningKeys,
    };
    use payments_core::Secret;

    const ITEMS: &[Item] = &[
        Item::changed("url", Transform::AsciiLower),
        Item::field("price"),
        Item::optional("note"),
        Item::Secret,
    ];

    const VALUES: Formula = Formula::new(
        "test.values",
        "a test",
        Maker::Merchant,
        Algorithm::Md5Hex,
        Layout::values_after(" ", " ", ITEMS),
        "none",
        Confidence::High,
    );

    const PAIRS: Formula = Formula::new(
        "test.pairs",
        "a test",
        Maker::Merchant,
        Algorithm::HmacSha256Base64,
        Layout::pairs(",", &["a", "b"], Order::AsListed),
        "none",
        Confidence::High,
    );

    #[test]
    fn values_keep_their_separators_and_the_secret_is_masked() {
        let fields: [Field<'_>; 2] = [("price", b"100"), ("url", b"HTTPS://Shop")];
        assert_eq!(VALUES.signed_string(&fields).unwrap(), " https://shop 100  ‹secret›");
        let error = VALUES.signed_string(&fields[..1]).unwrap_err();
        assert_eq!(error.field(), Some("url"));
    }

    #[test]
    fn a_field_that_is_not_given_takes_its_separator_along() {
        const SOME: &[Item] = &[Item::given("a"), Item::field("b"), Item::given("c"), Item::Secret];
        let mut formula = VALUES;
        formula.layout = Layout::values("|", SOME);
        let string = |fields: &[Field<'_>]| formula.signed_string(fields).unwrap();
        assert_eq!(string(&[("b", b"2")]), "2|‹secret›");
        assert_eq!(string(&[("c", b"3"), ("b", b"2"), ("a", b"")]), "|2|3|‹secret›");
    }

    #[test]
    fn pairs_leave_out_what_is_empty_or_not_listed() {
        let fields: [Field<'_>; 4] = [("b", b"2"), ("c", b"3"), ("a", b"1"), ("b", b"")];
        assert_eq!(PAIRS.signed_string(&fields).unwrap(), "a=1,b=2");
        let mut as_sent = PAIRS.clone();
        as_sent.layout = Layout::pairs(",", &["a", "b"], Order::AsSent);
        assert_eq!(as_sent.signed_string(&fields).unwrap(), "b=2,a=1");
    }

    #[test]
    fn pairs_that_keep_empty_fields_leave_out_only_what_is_absent() {
        let mut kept = PAIRS;
        kept.layout = Layout::pairs_keeping_empty(",", &["a", "b"], Order::AsListed);
        assert_eq!(kept.signed_string(&[("b", b""), ("c", b"3"), ("a", b"1")]).unwrap(), "a=1,b=");
        assert_eq!(kept.signed_string(&[("a", b"1")]).unwrap(), "a=1");
    }

    #[test]
    fn what_is_signed_checks_and_what_is_changed_does_not() {
        let keys = Keys::one(Secret::new("k").unwrap());
        let signing = SigningKeys { secret: Some(&keys), signer: None };
        let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
        for formula in [VALUES, PAIRS] {
            let fields: [Field<'_>; 4] =
                [("url", b"x"), ("price", b"100"), ("a", b"1"), ("b", b"2")];
            let signature = formula.sign(&fields, signing).unwrap();
            assert!(formula.check(&fields, &signature, checking, None).is_ok());
            let changed: [Field<'_>; 4] =
                [("url", b"x"), ("price", b"101"), ("a", b"1"), ("b", b"3")];
            assert!(formula.check(&changed, &signature, checking, None).is_err());
        }
    }

    #[test]
    fn an_unknown_formula_signs_nothing_and_believes_nothing() {
        let mut unknown = VALUES;
        unknown.layout = Layout::Unknown;
        let keys = Keys::one(Secret::new("k").unwrap());
        assert!(unknown.sign(&[], SigningKeys { secret: Some(&keys), signer: None }).is_err());
        let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
        let code = "d41d8cd98f00b204e9800998ecf8427e";
        assert!(unknown.check(&[], code, checking, None).is_err());
    }
}
