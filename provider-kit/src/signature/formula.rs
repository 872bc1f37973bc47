//! Signature formulas as data: the signed fields, their order, the source and the confidence.

use std::borrow::Cow;

use payments_core::Result;
use serde::Serialize;

use super::{
    Algorithm, Authenticity, CheckingKeys, Coverage, Layout, Part, Proof, Shape, SigningKeys,
    Untrusted, UntrustedReason, Window,
};

/// The name of a field and its value as sent.
pub type Field<'a> = (&'a str, &'a [u8]);

/// A signature formula of a provider, with its source and the confidence that it is right.
///
/// A provider's formulas are data, so that a merchant can replace one in the configuration if a
/// gateway's own documents contradict each other.
#[doc(alias("signature scheme", "checksum", "secure code"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Formula {
    /// The name of the formula, such as `acme.checkout`.
    pub id: Cow<'static, str>,
    /// The message that it signs.
    pub purpose: Cow<'static, str>,
    /// The party that makes the signature.
    pub maker: Maker,
    /// How the signature is computed from the signed string.
    pub algorithm: Algorithm,
    /// How the signed string is made from the fields.
    pub layout: Layout,
    /// The document that describes the formula.
    pub source: Cow<'static, str>,
    /// Our confidence that the formula is right.
    pub confidence: Confidence,
    /// The shapes of fields, by name. A field that is not listed has [`Shape::Any`].
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub shapes: &'static [(&'static str, Shape)],
}

/// The party that makes a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// The merchant signs the message, and the gateway verifies the signature.
    Merchant,
    /// The gateway signs the message, and the provider crate verifies the signature.
    Provider,
}

/// The confidence that a formula is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The formula is not known outside the gateway.
    Unknown,
    /// The formula is a guess. If it is wrong, the gateway refuses requests that are signed with
    /// it, or this program refuses the gateway's genuine responses and deliveries.
    Low,
    /// The formula has one good source.
    Medium,
    /// The formula has official and consistent sources.
    High,
}

impl Formula {
    /// Creates a formula. It can be used in a constant.
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

    /// Declares the values that the receiver accepts in each field, by name; [`Shape`] explains
    /// what this protects from. A field without a declaration has [`Shape::Any`], the safe choice.
    ///
    /// One list can serve all formulas of a provider, and those of the configuration that replace
    /// them: names that the layout does not have are ignored.
    #[must_use]
    pub const fn with_shapes(mut self, shapes: &'static [(&'static str, Shape)]) -> Self {
        self.shapes = shapes;
        self
    }

    /// Returns the declared shape of a field, or [`Shape::Any`].
    pub fn shape_of(&self, name: &str) -> Shape {
        let declared = self.shapes.iter().find(|(declared, _)| *declared == name);
        declared.map_or(Shape::Any, |(_, shape)| *shape)
    }

    /// Signs the fields and returns the signature as the text to send.
    ///
    /// A formula of the merchant refuses a signed string that can be divided into well-formed
    /// values in a second way. Otherwise someone who transmits the message, such as the buyer with
    /// a link, could move text from one field into another and pay another order or amount under
    /// the same signature. The well-formed values are declared by
    /// [`with_shapes`](Self::with_shapes).
    ///
    /// # Errors
    /// Returns `InvalidRequest` naming a field that is missing or that allows a second division,
    /// and `Configuration` if a key is missing or the formula is unknown.
    pub fn sign(&self, fields: &[Field<'_>], keys: SigningKeys<'_>) -> Result<String> {
        self.layout.with_parts(fields, |parts| {
            if self.maker == Maker::Merchant && !self.is_plainly_unique(fields, parts) {
                self.refuse_resplit(fields)?;
            }
            self.sign_parts(parts, keys)
        })?
    }

    /// Checks a signature as received.
    ///
    /// The proof covers the signed fields that have the same value in every division of the signed
    /// string into well-formed values, because someone who transmitted the message may have chosen
    /// the values of the others. So these are not covered:
    ///
    /// - hardly any field, if the formula joins values with nothing between them;
    /// - a field that is signed in lower case, if its value contains a letter: the signature is
    ///   valid for every spelling, and two references may differ in nothing but case;
    /// - every field, if the layout signs [every member](Layout::Members) and a raw value contains
    ///   the separator: any member may then have been cut out of another.
    ///
    /// # Errors
    /// Returns [`Untrusted`] if the signature is missing, malformed or wrong, or if the formula is
    /// unknown or a key is missing.
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

    /// Checks the signature of a response and returns its authenticity.
    ///
    /// The authenticity is [`Authenticity::Unverified`] if the layout is unknown, or if the
    /// signature [covers](Self::check) none of the fields because their values have no certain
    /// ends. Otherwise it is [`Authenticity::Verified`] if the signature is valid.
    ///
    /// # Errors
    /// Returns [`Untrusted`] if the layout is known and the signature is not valid.
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

    /// Returns the string that is signed, with the secret masked.
    ///
    /// # Errors
    /// Returns `InvalidRequest` naming a field that is missing, and `Configuration` if the formula
    /// is unknown.
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
