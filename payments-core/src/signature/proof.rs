//! Proof of who sent a delivery, and of which of its fields.

use std::borrow::Cow;

use serde::Serialize;

use crate::Timestamp;

/// Evidence of who sent a delivery, and of which of its fields. Only the checks of this crate
/// create it.
///
/// It has no public constructor:
///
/// ```compile_fail
/// use payments_core::signature::{Coverage, Proof, Scheme};
/// let forged = Proof { scheme: Scheme::HmacSha256, coverage: Coverage::Body, key: 0, stamp: None };
/// ```
#[doc(alias("verified"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    scheme: Scheme,
    coverage: Coverage,
    key: usize,
    stamp: Option<Timestamp>,
}

/// The scheme by which a delivery was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scheme {
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// MD5 over fields and a secret.
    Md5Concat,
    /// RSA with SHA-256, PKCS#1 v1.5.
    RsaSha256,
    /// A secret sent with the delivery. It covers nothing.
    SharedToken,
    /// The delivery was not checked: anyone who knows the address may have sent it.
    Unauthenticated,
}

/// The part of a delivery that a proof covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Coverage {
    /// Every byte of the body.
    Body,
    /// The fields of this list only.
    Fields(Vec<Cow<'static, str>>),
    /// No part of the content.
    Nothing,
}

impl Proof {
    pub(crate) fn new(scheme: Scheme, coverage: Coverage, key: usize) -> Self {
        Self { scheme, coverage, key, stamp: None }
    }

    pub(crate) fn stamped(mut self, stamp: Option<Timestamp>) -> Self {
        self.stamp = stamp;
        self
    }

    /// Removes fields from the coverage, because their values are not certain. If the whole body is
    /// signed under the name `body`, it may be among them.
    #[must_use]
    pub fn without(mut self, uncovered: &[String], body: Option<&str>) -> Self {
        let is_uncovered = |name: &str| uncovered.iter().any(|field| field == name);
        self.coverage = match self.coverage {
            Coverage::Body if body.is_some_and(is_uncovered) => Coverage::Nothing,
            Coverage::Fields(mut fields) => {
                fields.retain(|field| !is_uncovered(field));
                if fields.is_empty() { Coverage::Nothing } else { Coverage::Fields(fields) }
            }
            other => other,
        };
        self
    }

    /// Returns the proof with these fields renamed to their path in the body, such as `data/code`.
    /// Use it for a signature over the members of `object`, if members outside the object have the
    /// same names and are not signed.
    ///
    /// Names that the proof does not cover are ignored.
    #[must_use]
    pub fn within(mut self, object: &str, names: &[&str]) -> Self {
        if let Coverage::Fields(fields) = &mut self.coverage {
            for field in fields.iter_mut().filter(|field| names.contains(&&***field)) {
                *field = Cow::Owned(format!("{object}/{field}"));
            }
        }
        self
    }

    /// Returns the scheme by which the delivery was checked.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the part of the delivery that the proof covers.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Returns whether the proof covers a field.
    pub fn covers(&self, field: &str) -> bool {
        match &self.coverage {
            Coverage::Body => true,
            Coverage::Fields(fields) => fields.iter().any(|covered| covered == field),
            Coverage::Nothing => false,
        }
    }

    /// Returns the index of the key that matched, counted from 0, to know when an old key can be
    /// removed.
    pub fn key(&self) -> usize {
        self.key
    }

    /// Returns the signed timestamp, if the scheme has one.
    pub fn stamp(&self) -> Option<Timestamp> {
        self.stamp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_an_object_is_not_taken_for_one_beside_it() {
        let fields = ["amount", "code"].map(Cow::Borrowed).into();
        let proof = Proof::new(Scheme::HmacSha256, Coverage::Fields(fields), 0);
        let proof = proof.within("data", &["code", "desc"]);
        assert!(proof.covers("amount") && proof.covers("data/code"));
        assert!(!proof.covers("code") && !proof.covers("data/desc") && !proof.covers("desc"));
    }
}
