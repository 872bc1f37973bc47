//! Signature formulas as data: what is signed, in which order, how sure we are, and why.

mod explain;
mod injective;
mod json_members;
mod layout;
mod members;
mod percent;
mod second_cut;
mod shape;
mod template;

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;

pub use explain::{
    Change, Difference, Escapes, Explanation, JsonWriter, LineEnds, Match, Spacing, UnicodeForm,
};
pub use layout::{EmptyValues, Item, Layout, Order, Transform};
pub use members::{Encoding, Members, NestedKeys};
pub use shape::Shape;
pub use template::TemplateError;

use crate::{
    Authenticity, Error, ErrorKind, Result,
    notification::{
        Coverage, Proof, Untrusted, UntrustedReason,
        check::{self, Keys, Part, Signature, Window},
    },
    rsa::{PublicKey, Signer},
};

/// A named field and its value, as it is sent.
pub type Field<'a> = (&'a str, &'a [u8]);

/// One signature formula of one provider, with where it comes from and how sure that is.
///
/// A provider holds its formulas as data, so that a merchant can replace one in configuration
/// when a gateway's own documents contradict each other.
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

/// How a signature is made of a signed string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5 in lower-case hexadecimal; the secret stands in the string.
    Md5Hex,
    /// HMAC with SHA-256 in base64.
    HmacSha256Base64,
    /// HMAC with SHA-256 in lower-case hexadecimal after a prefix.
    HmacSha256Hex {
        /// What stands before the hexadecimal digits.
        prefix: &'static str,
    },
    /// HMAC with SHA-512 in lower-case hexadecimal.
    HmacSha512Hex,
    /// RSA with SHA-256, PKCS#1 v1.5, in base64.
    RsaSha256Base64,
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

/// What signs: a secret, and a key pair where the algorithm needs one.
#[derive(Clone, Copy)]
pub struct SigningKeys<'a> {
    /// The shared secret.
    pub secret: Option<&'a Keys>,
    /// The private key.
    pub signer: Option<&'a dyn Signer>,
}

/// What checks: secrets, and public keys where the algorithm needs them.
#[derive(Clone, Copy)]
pub struct CheckingKeys<'a> {
    /// The shared secrets, newest first.
    pub secrets: Option<&'a Keys>,
    /// The public keys.
    pub public: &'a [PublicKey],
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

    /// Declares the shapes of fields, by name. Names that the layout does not have are ignored, so
    /// that a provider needs one list for all of its formulas and for those that replace them.
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
                self.refuse_second_cut(fields)?;
            }
            self.sign_parts(parts, keys)
        })?
    }

    fn sign_parts(&self, parts: &[Part<'_>], keys: SigningKeys<'_>) -> Result<String> {
        let secret = || {
            keys.secret.and_then(Keys::newest).ok_or_else(|| self.misconfigured("needs a secret"))
        };
        match self.algorithm {
            Algorithm::Md5Hex => Ok(hex::encode(check::sign_md5_concat(secret()?, parts))),
            Algorithm::HmacSha256Base64 => {
                let hmac = keys.secret.and_then(|keys| check::sign_hmac_sha256_with(keys, parts));
                Ok(STANDARD.encode(hmac.ok_or_else(|| self.misconfigured("needs a secret"))?))
            }
            Algorithm::HmacSha256Hex { prefix } => {
                let hmac = keys.secret.and_then(|keys| check::sign_hmac_sha256_with(keys, parts));
                let hmac = hmac.ok_or_else(|| self.misconfigured("needs a secret"))?;
                Ok(format!("{prefix}{}", hex::encode(hmac)))
            }
            Algorithm::HmacSha512Hex => Ok(hex::encode(check::sign_hmac_sha512(secret()?, parts))),
            Algorithm::RsaSha256Base64 => {
                let signer =
                    keys.signer.ok_or_else(|| self.misconfigured("needs a private key"))?;
                let secret = if parts.iter().any(|part| matches!(part, Part::Secret)) {
                    Some(secret()?)
                } else {
                    None
                };
                let signature = check::sign_rsa_sha256(signer, secret, parts)
                    .map_err(|error| self.misconfigured("cannot be signed").with_source(error))?;
                Ok(STANDARD.encode(signature))
            }
        }
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

    fn check_parts(
        &self,
        parts: &[Part<'_>],
        signature: &str,
        keys: CheckingKeys<'_>,
        window: Option<Window>,
    ) -> Result<Proof, Untrusted> {
        let misconfigured = |detail: String| Untrusted::new(UntrustedReason::Misconfigured, detail);
        let secrets =
            || keys.secrets.ok_or_else(|| misconfigured(format!("{} needs a secret", self.id)));
        match self.algorithm {
            Algorithm::Md5Hex => check::md5_concat(secrets()?, parts, Signature::Hex(signature)),
            Algorithm::HmacSha256Base64 => {
                check::hmac_sha256(secrets()?, parts, Signature::Base64(signature), window)
            }
            Algorithm::HmacSha256Hex { prefix } => {
                let Some(hex) = signature.strip_prefix(prefix) else {
                    let (reason, detail) = if signature.is_empty() {
                        (UntrustedReason::MissingSignature, "there is no signature".to_owned())
                    } else {
                        (
                            UntrustedReason::MalformedSignature,
                            format!("the signature does not start with {prefix:?}"),
                        )
                    };
                    return Err(Untrusted::new(reason, detail));
                };
                check::hmac_sha256(secrets()?, parts, Signature::Hex(hex), window)
            }
            Algorithm::HmacSha512Hex => {
                check::hmac_sha512(secrets()?, parts, Signature::Hex(signature), window)
            }
            Algorithm::RsaSha256Base64 => {
                check::rsa_sha256(keys.public, keys.secrets, parts, Signature::Base64(signature))
            }
        }
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

    fn misconfigured(&self, what: &str) -> Error {
        Error::new(ErrorKind::Configuration, format!("the formula {} {what}", self.id))
    }
}

impl std::fmt::Debug for SigningKeys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys(…)")
    }
}

impl std::fmt::Debug for CheckingKeys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckingKeys(…)")
    }
}
