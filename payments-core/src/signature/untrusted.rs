//! Why a delivery is not believed.

use std::fmt;

use serde::Serialize;

use crate::{Timestamp, printable};

/// Why a delivery may be anybody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[non_exhaustive]
pub struct Untrusted {
    /// What is wrong, to decide by.
    pub reason: UntrustedReason,
    /// What is wrong, to read: one line. Never holds a secret or a signature.
    pub detail: String,
    /// The signed timestamp, if the signature is right and only this is wrong with the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Timestamp>,
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
        Self { reason, detail: printable::message(detail.into()).into_owned(), stale: None }
    }

    /// Says that the signature is right, and that only its timestamp is too far from now.
    #[must_use]
    pub(crate) fn with_stale(mut self, timestamp: Timestamp) -> Self {
        self.stale = Some(timestamp);
        self
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "untrusted delivery: {}", printable(&self.detail))
    }
}
