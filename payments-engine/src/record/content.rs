//! Decides whether two instructions under one reference are about the same payout.

use payments_core::{ProviderId, payout::CreatePayout};

use super::PayoutRecord;

/// Returns the first field in which an instruction differs from the recorded one: the provider, the
/// amount with its currency, the bank, the account, the name or the options. The note is not
/// compared.
pub(crate) fn differing_field(
    record: &PayoutRecord,
    provider: &ProviderId,
    request: &CreatePayout,
) -> Option<&'static str> {
    let (known, account) = (&record.request, &request.beneficiary.account);
    let known_account = &known.beneficiary.account;
    if record.provider != *provider {
        Some("provider")
    } else if known.amount != request.amount {
        Some("amount")
    } else if known_account.bin != account.bin {
        Some("beneficiary.account.bin")
    } else if known_account.number != account.number {
        Some("beneficiary.account.number")
    } else if known.beneficiary.name != request.beneficiary.name {
        Some("beneficiary.name")
    } else if known.options != request.options {
        Some("options")
    } else {
        None
    }
}
