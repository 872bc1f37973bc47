//! The error for a delivery whose signature is valid but whose fields cannot be read.

use payments_core::notification::{
    Proof, Received, UnreadableDelivery, Untrusted, UntrustedReason,
};

/// The reason why the fields of a delivery with a valid signature are not accepted.
#[derive(Debug)]
pub(crate) enum Misread {
    /// HPay may have signed the same text divided into other fields.
    Untrusted(Untrusted),
    /// A field does not have a value that HPay documents, but money may have arrived nevertheless.
    Field {
        /// The field's name in HPay's spelling.
        field: &'static str,
        /// A description of the problem.
        detail: String,
    },
}

impl Misread {
    /// Converts it to the verdict on the delivery.
    pub(crate) fn into_received(self, proof: Proof) -> Received {
        match self {
            Self::Untrusted(untrusted) => untrusted.into(),
            Self::Field { field, detail } => UnreadableDelivery::new(proof, field, detail).into(),
        }
    }
}

impl From<Untrusted> for Misread {
    fn from(untrusted: Untrusted) -> Self {
        Self::Untrusted(untrusted)
    }
}

impl From<Misread> for Untrusted {
    fn from(misread: Misread) -> Self {
        match misread {
            Misread::Untrusted(untrusted) => untrusted,
            Misread::Field { field, detail } => {
                Self::new(UntrustedReason::Unreadable, format!("{field}: {detail}"))
            }
        }
    }
}
