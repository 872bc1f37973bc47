//! The query of a delivery, decoded once, with a record of the fields that were read.

use std::borrow::Cow;
use std::cell::RefCell;

use payments_core::{
    Raw,
    notification::{Delivery, Proof, SignedParts, Untrusted, UntrustedReason},
    signature::{CheckingKeys, Field, Formula},
};

/// The named values of a query. What is missing is empty; nothing is there twice.
pub(crate) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// The query of a delivery: empty pairs and spaces around names are skipped, as HPay's own
    /// examples have them.
    ///
    /// # Errors
    /// A name is there twice: which of the values was signed is uncertain.
    pub(crate) fn of(delivery: &Delivery<'a>) -> Result<Self, Untrusted> {
        let mut pairs = delivery.query_pairs();
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        let doubled = pairs.iter().zip(pairs.iter().skip(1)).any(|(one, next)| one.0 == next.0);
        if doubled {
            let detail = "a field is there twice";
            return Err(Untrusted::new(UntrustedReason::MalformedSignature, detail));
        }
        Ok(Self(pairs))
    }

    /// The fields, once a signature over some of them is verified.
    pub(crate) fn verified(self, _: &Proof) -> VerifiedFields<'a> {
        VerifiedFields { query: self, read: RefCell::default() }
    }

    /// The value under a name; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether there is a value under a name, an empty one too.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All fields as a formula takes them, after these, which count instead of the query's.
    pub(crate) fn fields<'q>(&'q self, first: &[Field<'q>]) -> Vec<Field<'q>> {
        let query = self.0.iter().map(|(name, value)| (name.as_ref(), value.as_bytes()));
        first.iter().copied().chain(query).collect()
    }

    /// What the `secure_code` is made of by a formula: these fields, after one of ours, which
    /// counts instead of the query's.
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

/// The fields of a delivery whose signature was verified. Every field that is read is recorded, and
/// an event rests on those: the proof says which of them the signature covers.
pub(crate) struct VerifiedFields<'a> {
    query: Query<'a>,
    read: RefCell<Vec<&'static str>>,
}

impl VerifiedFields<'_> {
    /// Reads a field; empty if it is not there.
    pub(crate) fn field(&self, name: &'static str) -> &str {
        let mut read = self.read.borrow_mut();
        if !read.contains(&name) {
            read.push(name);
        }
        self.query.text(name)
    }

    /// Records something else that an event rests on, which no signature covers.
    pub(crate) fn rests_also_on(&self, what: &'static str) {
        self.read.borrow_mut().push(what);
    }

    /// What was read so far.
    pub(crate) fn read(&self) -> Vec<&'static str> {
        self.read.borrow().clone()
    }

    /// Fields as in a delivery, for tests of what is read of them.
    #[cfg(test)]
    pub(crate) fn of<'a>(pairs: &[(&'a str, &'a str)]) -> VerifiedFields<'a> {
        let pairs = pairs.iter().map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(*value)));
        VerifiedFields { query: Query(pairs.collect()), read: RefCell::default() }
    }
}

/// The delivery's bytes: all of it is in the query.
pub(crate) fn raw(delivery: &Delivery<'_>) -> Raw {
    Raw::new(delivery.query().unwrap_or_default().as_bytes().to_vec())
}
