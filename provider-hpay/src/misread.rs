//! A delivery whose signature is right and whose fields cannot be read.

use payments_core::notification::{
    Proof, Received, UnreadableDelivery, Untrusted, UntrustedReason,
};

/// Why the fields of a delivery whose signature is right are not read.
#[derive(Debug)]
pub(crate) enum Misread {
    /// The fields may have been cut elsewhere than where HPay signed them.
    Untrusted(Untrusted),
    /// A field is not what HPay puts there, and money may have arrived all the same.
    Field {
        /// The field as HPay spells it.
        field: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

impl Misread {
    /// What becomes of the delivery.
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
