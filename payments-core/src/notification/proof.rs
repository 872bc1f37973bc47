//! Evidence of who sent a delivery, and of which fields.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::{Timestamp, printable};

/// Evidence, made only by the checks of this crate, of who sent a delivery and which of its
/// fields that covers.
///
/// It has no constructor:
///
/// ```compile_fail
/// use payments_core::notification::{Coverage, Proof, Scheme};
/// let forged = Proof { scheme: Scheme::HmacSha256, coverage: Coverage::Body, key: 0, stamp: None };
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    scheme: Scheme,
    coverage: Coverage,
    key: usize,
    stamp: Option<Timestamp>,
}

/// How a delivery was checked.
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
    /// A secret sent along; it covers nothing.
    SharedToken,
    /// None: whoever knows the address may have sent it.
    Unauthenticated,
}

/// What a proof covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Coverage {
    /// Every byte of the body.
    Body,
    /// These fields and nothing else.
    Fields(Vec<Cow<'static, str>>),
    /// Nothing of the content.
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

    /// Takes fields out of the coverage, because their values are not certain. Under `body` the
    /// whole body may be among them.
    pub(crate) fn without(mut self, uncovered: &[String], body: Option<&str>) -> Self {
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

    /// How it was checked.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What it covers.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Whether it covers a field.
    pub fn covers(&self, field: &str) -> bool {
        match &self.coverage {
            Coverage::Body => true,
            Coverage::Fields(fields) => fields.iter().any(|covered| covered == field),
            Coverage::Nothing => false,
        }
    }

    /// Which of the keys matched, counted from 0: tells when an old key can go.
    pub fn key(&self) -> usize {
        self.key
    }

    /// The signed time stamp, if the scheme has one.
    pub fn stamp(&self) -> Option<Timestamp> {
        self.stamp
    }
}

/// Why a delivery may be anybody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[non_exhaustive]
pub struct Untrusted {
    /// What is wrong, to decide by.
    pub reason: UntrustedReason,
    /// What is wrong, to read: one line. Never holds a secret or a signature.
    pub detail: String,
}

/// What is wrong with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UntrustedReason {
    /// There is no signature or token.
    MissingSignature,
    /// The signature has not the right form, or is there twice.
    MalformedSignature,
    /// The signature or token is wrong.
    WrongSignature,
    /// The signed time stamp is too far from now.
    StaleTimestamp,
    /// The content cannot be read although the check needs it.
    Unreadable,
    /// No such endpoint, or another method than it takes.
    WrongEndpoint,
    /// It came from an address that is not the provider's, or the app does not say from which.
    UnknownSource,
    /// The delivery speaks to another merchant or environment.
    WrongRecipient,
    /// The check itself is set up wrongly; it fails closed.
    Misconfigured,
}

impl Untrusted {
    /// A delivery that is not believed. `detail` must not hold a secret or a signature.
    pub fn new(reason: UntrustedReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: printable::message(detail.into()).into_owned() }
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "untrusted delivery: {}", printable(&self.detail))
    }
}
