//! The code of a beneficiary's bank.

use std::borrow::Cow;

use payments_core::{Error, Result, bank::BankAccount};

use crate::client::HPay;

/// HPay's own code for the bank of an account.
///
/// # Errors
/// HPay's table of banks does not list the bank, and neither does the configuration.
pub(super) fn bank_code(hpay: &HPay, account: &BankAccount) -> Result<Cow<'static, str>> {
    hpay.banks.code(account.bin).ok_or_else(|| {
        Error::invalid(
            "beneficiary.account.bin",
            format!("HPay's table of banks does not list {}; see bank_codes", account.bin),
        )
    })
}
