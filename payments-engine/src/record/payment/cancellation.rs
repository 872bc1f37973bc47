//! The cancellation of a payment at one provider.

use payments_core::{ProviderId, payment::PaymentState};
use serde::{Deserialize, Serialize};

use super::{Sending, SendingState};

/// The instruction to cancel a payment at one provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cancellation {
    /// The provider.
    pub provider: ProviderId,
    /// The state of the instruction.
    pub sending: Sending,
}

impl Cancellation {
    /// Applies a reported payment state to a doubtful cancellation.
    pub(super) fn see(&mut self, state: PaymentState) {
        let is_uncertain = self.sending.state == SendingState::Uncertain;
        match state {
            PaymentState::Cancelled if self.sending.is_in_doubt() => self.sending.is_done(),
            // The sender may still write.
            _ if !is_uncertain => {}
            PaymentState::Settled | PaymentState::Held | PaymentState::Refunded => {
                self.sending.was_not_carried_out("it was paid before it was cancelled");
            }
            PaymentState::Expired | PaymentState::Failed => {
                self.sending.was_not_carried_out("it ended before it was cancelled");
            }
            _ => {}
        }
    }
}
