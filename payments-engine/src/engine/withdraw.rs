//! Withdraws a payout that was handed over but not sent.

use payments_core::{Error, ErrorKind, PayoutRef, Result};

use super::Engine;
use crate::{
    journal,
    record::{PayoutRecord, RecordKind, RecordState},
    store::StoreError,
};

impl Engine {
    /// Withdraws a payout that was handed over. If no permit to send it was given, it is closed as
    /// not sent, and its record contains who withdrew it and why. The reference may then be
    /// instructed again. A payout that is already closed as not sent is returned unchanged.
    ///
    /// A visitor may also withdraw payouts: the store allows either the permit or the withdrawal.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the payout does not exist.
    /// Returns [`Conflict`](payments_core::ErrorKind::Conflict) if it may be under way or has an
    /// outcome, or if a call waits for it, which closes it at its end. Returns
    /// [`Unavailable`](payments_core::ErrorKind::Unavailable) if the journal cannot be used; repeat
    /// the call then, because the withdrawal may have been recorded.
    pub async fn withdraw(&self, payout: &PayoutRef, who: &str, why: &str) -> Result<PayoutRecord> {
        let shared = self.0.shared();
        let note = format!("withdrawn by {who}: {why}");
        let note = payments_core::printable(&note).to_string();
        let changed = shared.journal.change(
            payout,
            shared.journal.token(),
            shared.clock.now(),
            move |record, _| {
                let may_close = record.is_some_and(|record| {
                    record.state == RecordState::Prepared && record.kind == RecordKind::HandedOver
                });
                Ok(may_close.then(|| journal::not_sent(None, note.clone())))
            },
        );
        let changed = changed.await.map_err(StoreError::into_error)?;
        shared.notify(payout);
        let record = changed.record.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("no payout {payout} is on record"))
        })?;
        match (record.state, record.kind) {
            (RecordState::NotSent, _) => Ok(record),
            (RecordState::Prepared, _) => Err(conflict(format!(
                "a call waits for the payout {payout}: it is sent or closed when the call ends"
            ))),
            (state, _) => Err(conflict(format!(
                "the payout {payout} is {state}: it may have left, and cannot be withdrawn"
            ))),
        }
    }
}

fn conflict(message: String) -> Error {
    Error::new(ErrorKind::Conflict, message)
}
