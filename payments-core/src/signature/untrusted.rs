//! The reasons why a delivery is not trusted.

use std::fmt;

use serde::Serialize;

use crate::{Timestamp, printable};

/// The reason why a delivery is not trusted: anybody may have sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[non_exhaustive]
pub struct Untrusted {
    /// The kind of problem, for code that decides by it.
    pub reason: UntrustedReason,
    /// The problem, described for people in one line. It never contains a secret or a signature.
    pub detail: String,
    /// The signed timestamp, if the signature is valid and the timestamp is the only problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Timestamp>,
}

/// The kind of problem of a delivery that is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UntrustedReason {
    /// There is no signature or token.
    MissingSignature,
    /// The signature is malformed or occurs twice.
    MalformedSignature,
    /// The signature or token is wrong.
    WrongSignature,
    /// The signed timestamp is too far from now.
    StaleTimestamp,
    /// The content that the check needs cannot be read.
    Unreadable,
    /// The endpoint does not exist or does not accept this method.
    WrongEndpoint,
    /// The delivery came from an address that is not the gateway's, or the app does not give the
    /// address.
    UnknownSource,
    /// The delivery is for another merchant or environment.
    WrongRecipient,
    /// The check itself is configured wrongly, so everything is refused.
    Misconfigured,
}

impl Untrusted {
    /// Creates the reason. `detail` must not contain a secret or a signature.
    pub fn new(reason: UntrustedReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: printable::message(detail.into()).into_owned(), stale: None }
    }

    /// Records that the signature is valid and only its timestamp is too far from now.
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
