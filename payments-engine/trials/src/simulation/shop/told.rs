//! The responses that a shop got about its instructions.

use payments_core::Submission;
use payments_engine::HandedOver;

/// The responses that the shop got about one instruction.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulation) struct Told {
    /// It was acknowledged, so it will be sent or may have been.
    pub(in crate::simulation) promised: bool,
    /// It was accepted by the gateway.
    pub(in crate::simulation) accepted: bool,
    /// Its process ended during the call, or the call returned an unknown outcome.
    pub(in crate::simulation) unknown: bool,
}

impl Told {
    pub(super) fn hear<T>(
        &mut self,
        outcome: &payments_core::Result<Submission<T>>,
        has_ended: bool,
    ) {
        match outcome {
            _ if has_ended => self.unknown = true,
            // It may be that not even its record was stored.
            Ok(Submission::Uncertain(_)) => self.unknown = true,
            Ok(Submission::Accepted(_)) => {
                self.promised = true;
                self.accepted = true;
            }
            Ok(_) => self.promised = true,
            Err(_) => {}
        }
    }

    pub(super) fn hear_handed_over(
        &mut self,
        outcome: &payments_core::Result<HandedOver>,
        has_ended: bool,
    ) {
        match outcome {
            _ if has_ended => self.unknown = true,
            Ok(HandedOver::Recorded(_) | HandedOver::Failed(_)) => self.promised = true,
            Ok(HandedOver::Unknown { .. }) => self.unknown = true,
            Err(_) => {}
        }
    }
}
