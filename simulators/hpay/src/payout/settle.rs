//! Changes of a payout's state.

use super::record::PayoutState;
use crate::{
    control::ControlError,
    gateway::{Books, Gateway},
    ledger::{BookingKind, Entry},
};

/// Moves the latest payout with this `request_id` to `state`, and books the return of the money if
/// the merchant has it back in that state.
pub(crate) fn settle(
    gateway: &Gateway,
    request_id: &str,
    state: PayoutState,
) -> Result<(), ControlError> {
    let at = gateway.now();
    let mut books = gateway.books();
    let Books { payouts, ledger, .. } = &mut *books;
    let payout = payouts
        .iter_mut()
        .rev()
        .find(|payout| payout.request_id == request_id)
        .ok_or_else(|| ControlError::UnknownPayout(request_id.to_owned()))?;
    if payout.state.is_returned() {
        return Err(ControlError::PayoutReturned(request_id.to_owned()));
    }
    payout.state = state;
    if state.is_returned() {
        ledger.book(&Entry::of_payout(BookingKind::PayoutReturned, payout, at));
    }
    Ok(())
}
