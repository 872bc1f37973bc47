//! A signature formula as data: what is signed, in which order, how sure that is, and why.

use std::borrow::Cow;

use serde::Serialize;

use super::{
    Algorithm, Authenticity, CheckingKeys, Coverage, Layout, Part, Proof, Shape, SigningKeys,
    Untrusted, UntrustedReason, Window,
};
use crate::Result;

/// A named field and its value, as it is sent.
pub type Field<'a> = (&'a str, &'a [u8]);

/// One signature formula of one provider, with where it comes from and how sure that is.
///
/// A provider holds its formulas as data, so that a merchant can replace one in configuration
/// when a gateway's own documents contradict each other.
#[doc(alias("signature scheme", "checksum", "secure code"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Formula {
    /// Its name, such as `acme.checkout`.
    pub id: Cow<'static, str>,
    /// What it signs.
    pub purpose: Cow<'static, str>,
    /// Who makes the signature.
    pub maker: Maker,
    /// How the signature is made of the signed string.
    pub algorithm: Algorithm,
    /// How the signed string is made of the fields.
    pub layout: Layout,
    /// The document that says so.
    pub source: Cow<'static, str>,
    /// How sure it is.
    pub confidence: Confidence,
    /// The shapes of fields, by name; those that are not named have [`Shape::Any`].
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub shapes: &'static [(&'static str, Shape)],
}

/// Who makes a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// We do; the provider checks it.
    Merchant,
    /// The provider does; we check it.
    Provider,
}

/// How sure a formula is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Nobody outside the provider knows it.
    Unknown,
    /// A guess; a wrong one is refused by the provider.
    Low,
    /// One good source.
    Medium,
    /// Official and consistent.
    High,
}

impl Formula {
    /// A formula that can stand in a constant.
    pub const fn new(
        id: &'static str,
        purpose: &'static str,
        maker: Maker,
        algorithm: Algorithm,
        layout: Layout,
        source: &'static str,
        confidence: Confidence,
    ) -> Self {
        Self {
            id: Cow::Borrowed(id),
            purpose: Cow::Borrowed(purpose),
            maker,
            algorithm,
            layout,
            source: Cow::Borrowed(source),
            confidence,
            shapes: &[],
        }
    }

    /// Declares which values the receiver accepts in each field, by name; see [`Shape`] for what
    /// this protects from. A field without a declaration is [`Shape::Any`], the safe choice.
    ///
    /// One list can serve all formulas of a provider, and those of the configuration that replace
    /// them: names that the layout does not have are ignored.
    #[must_use]
    pub const fn with_shapes(mut self, shapes: &'static [(&'static str, Shape)]) -> Self {
        self.shapes = shapes;
        self
    }

    /// The declared shape of a field, or [`Shape::Any`].
    pub fn shape_of(&self, name: &str) -> Shape {
        let declared = self.shapes.iter().find(|(declared, _)| *declared == name);
        declared.map_or(Shape::Any, |(_, shape)| *shape)
    }

    /// Signs the fields; the signature is the text that goes on the wire.
    ///
    /// A formula of the merchant signs no text that can be divided into well-formed values in a
    /// second way: whoever carries the message, such as the buyer with a link, could move text from
    /// one field into another and pay another order or amount under the same signature. Which
    /// values are well-formed is declared by [`with_shapes`](Self::with_shapes).
    ///
    /// # Errors
    /// `InvalidRequest` naming a field that is missing, or one that allows a second division;
    /// `Configuration` if a key is missing or the formula is unknown.
    pub fn sign(&self, fields: &[Field<'_>], keys: SigningKeys<'_>) -> Result<String> {
        self.layout.with_parts(fields, |parts| {
            if self.maker == Maker::Merchant && !self.is_plainly_unique(fields, parts) {
                self.refuse_resplit(fields)?;
            }
            self.sign_parts(parts, keys)
        })?
    }

    /// Checks a signature as it stands on the wire.
    ///
    /// The proof covers those signed fields that have the same value in every division of the
    /// signed string into well-formed values: another field may have been filled by whoever carried
    /// the message. A formula that joins values with nothing between them covers hardly any. A
    /// field that is signed in small letters is covered only where it holds no letter: the same
    /// signature fits every spelling of it, and references may differ in case alone. Of a layout
    /// over [every member](Layout::Members) nothing is covered once a raw value holds the
    /// separator, because any member may have been cut out of another.
    ///
    /// # Errors
    /// [`Untrusted`]: it is missing, malformed or wrong, or the formula or a key is not there.
    pub fn check(
        &self,
        fields: &[Field<'_>],
        signature: &str,
        keys: CheckingKeys<'_>,
        window: Option<Window>,
    ) -> Result<Proof, Untrusted> {
        let checked = self.layout.with_parts(fields, |parts| {
            let proof = self.check_parts(parts, signature, keys, window)?;
            let mut uncovered = self.layout.folded(fields);
            if !self.is_plainly_unique(fields, parts) {
                uncovered.extend(self.uncovered(fields));
            }
            Ok(proof.without(&uncovered, self.layout.body()))
        });
        checked.map_err(|error| Untrusted::new(UntrustedReason::Unreadable, error.to_string()))?
    }

    /// How far an answer with these fields and this signature is known to be the provider's:
    /// [`Authenticity::Unverified`] where the layout is unknown, or its fields have no certain ends
    /// so that the signature [covers](Self::check) none of them; verified where the signature is
    /// good.
    ///
    /// # Errors
    /// [`Untrusted`]: the layout is known and the signature is not good.
    pub fn authenticate(
        &self,
        fields: &[Field<'_>],
        signature: &str,
        keys: CheckingKeys<'_>,
    ) -> Result<Authenticity, Untrusted> {
        if self.layout == Layout::Unknown {
            return Ok(Authenticity::Unverified { formula: self.id.clone() });
        }
        let proof = self.check(fields, signature, keys, None)?;
        Ok(match proof.coverage() {
            Coverage::Nothing => Authenticity::Unverified { formula: self.id.clone() },
            _ => Authenticity::Verified(proof),
        })
    }

    /// The string that is signed, with the secret masked.
    ///
    /// # Errors
    /// `InvalidRequest` naming a field that is missing; `Configuration` if the formula is
    /// unknown.
    pub fn signed_string(&self, fields: &[Field<'_>]) -> Result<String> {
        self.layout.with_parts(fields, |parts| {
            let mut shown = Vec::new();
            for part in parts {
                match part {
                    Part::Literal(text) | Part::Timestamp(_, text) => {
                        shown.extend_from_slice(text.as_bytes());
                    }
                    Part::Field(_, value) | Part::Body(value) => shown.extend_from_slice(value),
                    Part::Secret => shown.extend_from_slice("‹secret›".as_bytes()),
                }
            }
            String::from_utf8_lossy(&shown).into_owned()
        })
    }
}
