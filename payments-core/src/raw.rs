//! The provider's own words, and how far they are known to be its own.

use std::fmt;

use bytes::Bytes;

use crate::signature::Authenticity;

/// The bytes that an answer was read from, and how far they are known to be the provider's: kept
/// for disputes, never printed or serialised.
///
/// ```
/// use payments_core::{Authenticity, payment::Payment};
///
/// fn remark(payment: &Payment) -> Option<String> {
///     match payment.raw.authenticity() {
///         Authenticity::Verified(_) => None,
///         Authenticity::Unverified { formula } => Some(format!("nobody could check {formula}")),
///         Authenticity::Unsigned => Some("as good as its connection".to_owned()),
///     }
/// }
/// # let _ = remark;
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Raw {
    bytes: Bytes,
    authenticity: Authenticity,
}

impl Raw {
    /// Keeps `bytes` of which nothing is signed.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), authenticity: Authenticity::Unsigned }
    }

    /// Says how far the bytes are known to be the provider's.
    #[must_use]
    pub fn with_authenticity(mut self, authenticity: Authenticity) -> Self {
        self.authenticity = authenticity;
        self
    }

    /// The bytes as they were received. They may hold personal data: do not log them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How far the bytes are known to be the provider's.
    pub fn authenticity(&self) -> &Authenticity {
        &self.authenticity
    }

    /// Whether a signature over them, or over a part of them, was checked and is good.
    pub fn is_verified(&self) -> bool {
        matches!(self.authenticity, Authenticity::Verified(_))
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match &self.authenticity {
            Authenticity::Unsigned => "unsigned",
            Authenticity::Unverified { .. } => "unverified",
            Authenticity::Verified(_) => "verified",
        };
        write!(f, "Raw({} bytes, {word})", self.bytes.len())
    }
}
