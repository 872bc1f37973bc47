//! A gateway's data as received, and their authenticity.

use std::fmt;

use bytes::Bytes;

use crate::signature::Authenticity;

/// The bytes from which a value was read, and their [`Authenticity`]. They are kept for disputes
/// and never printed or serialised.
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
    /// Creates the value from bytes that are not signed.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), authenticity: Authenticity::Unsigned }
    }

    /// Sets the authenticity of the bytes.
    #[must_use]
    pub fn with_authenticity(mut self, authenticity: Authenticity) -> Self {
        self.authenticity = authenticity;
        self
    }

    /// Returns the bytes as they were received. They may contain personal data: do not log them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the authenticity of the bytes.
    pub fn authenticity(&self) -> &Authenticity {
        &self.authenticity
    }

    /// Returns whether a signature over the bytes, or over a part of them, was checked and is
    /// valid.
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
