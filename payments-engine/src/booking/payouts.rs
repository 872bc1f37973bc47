//! Payouts that a line of a statement names.

use payments_core::{Movement, PayoutRef, ProviderId, Timestamp};

use crate::{
    journal,
    record::{Observation, PayoutRecord, RecordState},
    store::{Due, Rows, StoreError},
};

/// The maximum number of words of a memo that are looked up as the reference of a payout.
const WORDS: usize = 32;

/// Finds the payout whose reference a line of a statement contains, in its memo or as the bank's
/// own reference.
pub(crate) fn named_payout(
    rows: &mut dyn Rows,
    provider: &ProviderId,
    line: &Movement,
) -> Result<Option<PayoutRecord>, StoreError> {
    let memo = line.memo.iter().flat_map(|memo| memo.split_whitespace());
    let words = line.bank_reference.as_deref().into_iter().chain(memo);
    for word in words.take(WORDS) {
        let Ok(reference) = PayoutRef::new(word) else { continue };
        let record = rows.payout(&reference)?;
        if let Some(record) = record.filter(|record| record.provider == *provider) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// Records that a statement lists a payout whose outcome is uncertain. Returns its reference if that
/// was written.
///
/// A payout that the provider reports as pending is not settled by a line: its bank may still return
/// the money, and an inquiry tells.
pub(crate) fn list_payout(
    rows: &mut dyn Rows,
    record: &PayoutRecord,
    line: &Movement,
    token: &str,
    at: Timestamp,
    start: u64,
) -> Result<Option<PayoutRef>, StoreError> {
    let reference = record.reference();
    let changed = journal::change(rows, reference, token, at, start, |record, _| {
        let is_uncertain = record.is_some_and(|record| record.state == RecordState::Uncertain);
        let observation = Observation::Listed { amount: line.amount, on: line.at };
        Ok(is_uncertain.then_some(journal::Change { observation, due: Due::At(at) }))
    })?;
    Ok(changed.is_written.then(|| reference.clone()))
}
