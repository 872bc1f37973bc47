//! The query of a delivery, decoded once.

use std::borrow::Cow;

use payments_core::{
    Raw,
    formula::{CheckingKeys, Field, Formula},
    notification::{Delivery, SignedParts, Untrusted, UntrustedReason},
};

/// The named values of a query. What is missing is empty; nothing is there twice.
pub(super) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// The query of a delivery: empty pairs and spaces around names are skipped, as HPay's own
    /// examples have them.
    ///
    /// # Errors
    /// A name is there twice: which of the values was signed, nobody can tell.
    pub(super) fn of(delivery: &Delivery<'a>) -> Result<Self, Untrusted> {
        let mut pairs = delivery.query_pairs();
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        let doubled = pairs.iter().zip(pairs.iter().skip(1)).any(|(one, next)| one.0 == next.0);
        if doubled {
            let detail = "a field is there twice";
            return Err(Untrusted::new(UntrustedReason::MalformedSignature, detail));
        }
        Ok(Self(pairs))
    }

    /// The value under a name; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether there is a value under a name, an empty one too.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All fields as a formula takes them, after these, which count instead of the query's.
    pub(super) fn fields<'q>(&'q self, first: &[Field<'q>]) -> Vec<Field<'q>> {
        let query = self.0.iter().map(|(name, value)| (name.as_ref(), value.as_bytes()));
        first.iter().copied().chain(query).collect()
    }

    /// What the `secure_code` is made of by a formula: these fields, after one of ours, which
    /// counts instead of the query's.
    pub(super) fn into_signed_parts(
        self,
        formula: &Formula,
        keys: CheckingKeys<'a>,
        ours: Option<Field<'a>>,
    ) -> SignedParts<'a> {
        let parts = SignedParts::new(formula.clone(), self.text("secure_code").to_owned(), keys);
        let parts =
            ours.into_iter().fold(parts, |parts, (name, value)| parts.with_field(name, value));
        self.0.into_iter().fold(parts, |parts, (name, value)| match value {
            Cow::Borrowed(value) => parts.with_field(name, value.as_bytes()),
            Cow::Owned(value) => parts.with_field(name, value.into_bytes()),
        })
    }
}

/// The delivery's bytes: all of it stands in the query.
pub(super) fn raw(delivery: &Delivery<'_>) -> Raw {
    Raw::new(delivery.query().unwrap_or_default().as_bytes().to_vec())
}
