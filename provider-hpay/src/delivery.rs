//! The query of a delivery, decoded once, with a record of the fields that were read.

use std::borrow::Cow;
use std::cell::RefCell;

use payments_core::{
    Raw,
    notification::{Delivery, Proof, Untrusted, UntrustedReason},
};
use provider_kit::signature::{CheckingKeys, Field, Formula, SignedParts};

/// The named values of a query. A missing value is empty, and no name occurs twice.
pub(crate) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Reads the query of a delivery. Empty pairs, and spaces around names, are skipped because
    /// HPay's own examples have them.
    ///
    /// # Errors
    /// Returns [`Untrusted`] if a name occurs twice, because it is uncertain which value was
    /// signed.
    pub(crate) fn of(delivery: &Delivery<'a>) -> Result<Self, Untrusted> {
        let mut pairs = delivery.query_pairs();
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        let doubled = pairs.iter().zip(pairs.iter().skip(1)).any(|(one, next)| one.0 == next.0);
        if doubled {
            let detail = "a field occurs twice";
            return Err(Untrusted::new(UntrustedReason::MalformedSignature, detail));
        }
        Ok(Self(pairs))
    }

    /// Returns the fields after a signature over some of them was verified.
    pub(crate) fn verified(self, _: &Proof) -> VerifiedFields<'a> {
        VerifiedFields { query: self, read: RefCell::default() }
    }

    /// Returns the value of a name, or an empty text if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Returns `true` if a name has a value, even an empty one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Returns all fields for a formula, after the fields `first`, which take precedence over those
    /// of the query.
    pub(crate) fn fields<'q>(&'q self, first: &[Field<'q>]) -> Vec<Field<'q>> {
        let query = self.0.iter().map(|(name, value)| (name.as_ref(), value.as_bytes()));
        first.iter().copied().chain(query).collect()
    }

    /// Returns the inputs for the check of the `secure_code` by a formula: the fields of the query,
    /// after one of our own, which takes precedence.
    pub(crate) fn into_signed_parts(
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

/// The fields of a delivery whose signature was verified. Every field that is read is recorded,
/// because an event rests on the fields that were read and the proof determines which of them the
/// signature covers.
pub(crate) struct VerifiedFields<'a> {
    query: Query<'a>,
    read: RefCell<Vec<&'static str>>,
}

impl VerifiedFields<'_> {
    /// Reads a field. A missing field is empty.
    pub(crate) fn field(&self, name: &'static str) -> &str {
        let mut read = self.read.borrow_mut();
        if !read.contains(&name) {
            read.push(name);
        }
        self.query.text(name)
    }

    /// Records that an event also rests on something that no signature covers.
    pub(crate) fn rests_also_on(&self, what: &'static str) {
        self.read.borrow_mut().push(what);
    }

    /// Returns the fields that were read so far.
    pub(crate) fn read(&self) -> Vec<&'static str> {
        self.read.borrow().clone()
    }

    /// Creates fields like those of a delivery, for tests of reading them.
    #[cfg(test)]
    pub(crate) fn of<'a>(pairs: &[(&'a str, &'a str)]) -> VerifiedFields<'a> {
        let pairs = pairs.iter().map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(*value)));
        VerifiedFields { query: Query(pairs.collect()), read: RefCell::default() }
    }
}

/// Returns the bytes of the delivery, all of which are in the query.
pub(crate) fn raw(delivery: &Delivery<'_>) -> Raw {
    Raw::new(delivery.query().unwrap_or_default().as_bytes().to_vec())
}
