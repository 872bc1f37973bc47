//! A delivery whose code is right and whose fields cannot be read.

use payments_core::notification::{Proof, Received, UnreadableDelivery, Untrusted};

/// Why the fields of a delivery whose code is right are not read.
#[derive(Debug)]
pub(crate) enum Misread {
    /// The fields may have been cut elsewhere than where HPay signed them.
    Untrusted(Untrusted),
    /// An amount is none; HPay may have meant money by it.
    Amount {
        /// The field as HPay spells it.
        field: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

impl Misread {
    /// The verdict on the delivery.
    pub(crate) fn into_received(self, proof: Proof) -> Received {
        match self {
            Self::Untrusted(untrusted) => untrusted.into(),
            Self::Amount { field, detail } => UnreadableDelivery::new(proof, field, detail).into(),
        }
    }
}

impl From<Untrusted> for Misread {
    fn from(untrusted: Untrusted) -> Self {
        Self::Untrusted(untrusted)
    }
}
